/**
 * A host that a test may kill: runs an experiment that its keeper records, and prints what its reader is told at that
 * moment: `step 12`, `pages 12` for what was seen after that step, and `end`. Arguments: placement, pages, pace in ms.
 * PAGESCOPE_KEEPER_DISK: what the keeper has in its environment beside ours, as JSON.
 */
import { writeSync } from 'node:fs';
import { forkIsolated } from '../../lab/isolation/fork-isolated.ts';
import { recordingsFolder } from '../../lab/recordings/folder.ts';
import { Keeper } from '../../lab/recordings/keeper.ts';
import { decodeFrame } from '../../protocol/frame.ts';
import { entryOf } from './entries.ts';
import { TestLab } from './harness.ts';

const disk: NodeJS.ProcessEnv = JSON.parse(process.env.PAGESCOPE_KEEPER_DISK ?? '{}');
const keeper = new Keeper(recordingsFolder(), () => {
  Object.assign(process.env, disk);
  const starting = forkIsolated(entryOf('keeper-entry'));
  for (const name of Object.keys(disk)) delete process.env[name];
  return starting;
});
const lab = new TestLab(() => forkIsolated(entryOf('isolated-entry')), undefined, keeper.begin);
const { reader } = lab;
const [event, frame] = [reader.event.bind(reader), reader.frame.bind(reader)];
reader.event = (told) => {
  if (told.kind === 'step') writeSync(1, `step ${told.step.index}\n`);
  if (told.kind === 'state' && told.state === 'completed') writeSync(1, 'end\n');
  event(told);
};
reader.frame = (bytes) => {
  writeSync(1, `pages ${decodeFrame(bytes).step}\n`);
  frame(bytes);
};
const [, , placement, pages, paceMs] = process.argv;
await lab.start({
  experiment: 'first-touch',
  parameters: { pages: Number(pages) },
  placement: placement === 'isolated' ? 'isolated' : 'inline',
  paceMs: Number(paceMs),
});
