/**
 * A host that a test may kill: opens an isolated session of an experiment, which it lets run until the step of a title
 * is next; tells its process, and lives until it is ended.
 */
import { forkIsolated } from '../../lab/isolation/fork-isolated.ts';
import { entryOf } from './entries.ts';
import { TestLab } from './harness.ts';
import { stepUntil } from './step-until.ts';

const entry = entryOf('isolated-entry');
const [, , experiment = '', title] = process.argv;
const lab = new TestLab(() => forkIsolated(entry));
const { session, pid } = await lab.start({ experiment, placement: 'isolated', paused: title !== undefined });
if (title !== undefined) await stepUntil(lab, session, new RegExp(title));
process.stdout.write(`${pid}\n`);
