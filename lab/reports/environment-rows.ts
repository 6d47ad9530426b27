import type { Language } from '../../protocol/language.ts';
import { numbersIn } from '../../protocol/quantity.ts';
import type { Report } from '../../protocol/report.ts';

/** The machine of a report, a name and a value each; what comparisons compare too. */
export function environmentRows(
  environment: Report['environment'],
  language: Language,
): [name: string, value: string][] {
  const { bytes } = numbersIn(language);
  const limit = (amount: number | 'unlimited') => (amount === 'unlimited' ? amount : bytes(amount));
  const { kernel, architecture, pageSize, memTotal, swapTotal, thp, overcommit, memlock, capabilities } = environment;
  const features = Object.entries(environment.features).map(([name, { state }]) => `${name} ${state}`);
  return [
    ['kernel', kernel],
    ['architecture', architecture],
    ['page size', bytes(pageSize)],
    ['memory', bytes(memTotal)],
    ['swap', bytes(swapTotal)],
    ['transparent_hugepage', thp],
    ['overcommit', overcommit],
    ['RLIMIT_MEMLOCK', `${limit(memlock.soft)} / ${limit(memlock.hard)}`],
    ['capabilities', capabilities.join(' ') || '-'],
    ['features', features.join(', ')],
  ];
}
