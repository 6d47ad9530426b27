/**
 * Runs one experiment in a process of its own and prints its report: `node report-of.ts ID '{"pages": 4}'`. Another
 * user can be given this process, with `setpriv`.
 */
import { forkIsolated } from '../../lab/isolation/fork-isolated.ts';
import { entryOf } from './entries.ts';
import { never, TestLab } from './harness.ts';

const [experiment = '', parameters = '{}'] = process.argv.slice(2);
const entry = entryOf('isolated-entry');
await using lab = new TestLab(() => forkIsolated(entry));
const { session } = await lab.start({ experiment, parameters: JSON.parse(parameters) });
await lab.reader.state('completed');
process.stdout.write(JSON.stringify(await lab.service.report({ session, language: 'en' }, never)));
