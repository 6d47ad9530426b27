import type { Step } from '../../../protocol/events.ts';

/** A call in C, with its result: the same in every language. */
export function callText(step: Pick<Step, 'call' | 'arguments' | 'returned' | 'errno'>): string {
  const values = Object.values(step.arguments).join(', ');
  const errno = step.errno === null ? '' : ` ${step.errno}`;
  return `${step.call}(${values}) = ${step.returned}${errno}`;
}
