/**
 * A host that a test may kill: runs an experiment that its keeper records, and prints each step that it has told, `step
 * 12`, once the main loop has had a turn after it; before all, the recording's file.
 */
import { forkIsolated } from '../../lab/isolation/fork-isolated.ts';
import { recordingsFolder } from '../../lab/recordings/folder.ts';
import { Keeper } from '../../lab/recordings/keeper.ts';
import { entryOf } from './entries.ts';
import { TestLab } from './harness.ts';

const keeper = new Keeper(recordingsFolder(), () => forkIsolated(entryOf('keeper-entry')));
const lab = new TestLab(() => forkIsolated(entryOf('isolated-entry')), undefined, keeper.begin);
const placement = process.argv[2] === 'isolated' ? 'isolated' : 'inline';
/** The process that writes is there when a person starts a run; here it may be as slow to start as the machine is. */
const { promise: written, resolve: go } = Promise.withResolvers<void>();
const told = lab.reader.event.bind(lab.reader);
lab.reader.event = (event) => {
  told(event);
  if (event.kind === 'recording') {
    process.stdout.write(`${event.file}\n`);
    go();
  }
  if (event.kind === 'step') setImmediate(() => process.stdout.write(`step ${event.step.index}\n`));
};
keeper.warm();
const { session } = await lab.start({
  experiment: 'first-touch',
  parameters: { pages: 64 },
  placement,
  paceMs: 2,
  paused: true,
});
await written;
await lab.service.control({ session, action: 'resume' }, new AbortController().signal);
