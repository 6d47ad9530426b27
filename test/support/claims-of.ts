/**
 * Runs experiments one after the other and prints what each stated, or why it cannot run here: `node claims-of.ts
 * '[["first-touch", {"pages": 4}]]'`. A filter can be put around this process.
 */
import { forkIsolated } from '../../lab/isolation/fork-isolated.ts';
import { type Problem, toProblem } from '../../protocol/problem.ts';
import type { Report } from '../../protocol/report.ts';
import { entryOf } from './entries.ts';
import { never, TestLab } from './harness.ts';

/** What an experiment came to. */
export type Stated = { readonly claims: Report['claims'] } | { readonly problem: Problem | undefined };

const entry = entryOf('isolated-entry');

async function stated(experiment: string, parameters: Readonly<Record<string, number>>): Promise<Stated> {
  await using lab = new TestLab(() => forkIsolated(entry));
  const newest = () => lab.reader.of('state').at(-1);
  try {
    const { session } = await lab.start({ experiment, parameters });
    await lab.reader.until(() => newest()?.state === 'completed' || newest()?.state === 'failed');
    if (newest()?.state === 'failed') return { problem: newest()?.problem };
    return { claims: (await lab.service.report({ session, language: 'en' }, never)).claims };
  } catch (error) {
    return { problem: toProblem(error) };
  }
}

const all: [experiment: string, Stated][] = [];
for (const [experiment, parameters] of JSON.parse(process.argv[2] ?? '[]'))
  all.push([experiment, await stated(experiment, parameters)]);
process.stdout.write(JSON.stringify(all));
