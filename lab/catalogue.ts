import { problem } from '../protocol/problem.ts';
import type { Experiment } from './experiment.ts';
import { fileCache } from './experiments/file-cache.ts';
import { firstTouch } from './experiments/first-touch.ts';
import { forkExperiment } from './experiments/fork.ts';
import { hugePage } from './experiments/huge-page.ts';
import { lockEverything } from './experiments/lock-everything.ts';
import { lockLimit } from './experiments/lock-limit.ts';
import { lockOnFault } from './experiments/lock-on-fault.ts';
import { lockRange } from './experiments/lock-range.ts';
import { prefault } from './experiments/prefault.ts';
import { reclaim } from './experiments/reclaim.ts';
import { secretPage } from './experiments/secret-page.ts';

/** Every experiment, in the order of the navigation. Adding one is a file in `experiments/`, its test, and a line here. */
export const catalogue: readonly Experiment[] = [
  firstTouch,
  prefault,
  hugePage,
  fileCache,
  reclaim,
  lockRange,
  lockOnFault,
  lockEverything,
  lockLimit,
  forkExperiment,
  secretPage,
];

/** The experiment with this id. Throws `bad-input`, naming those there are. */
export function findExperiment(id: string): Experiment {
  const found = catalogue.find((each) => each.id === id);
  if (found) return found;
  const known = catalogue.map((each) => each.id);
  throw problem(
    'bad-input',
    `There is no experiment "${id}"; there is ${known.join(', ')}.`,
    `没有名为 “${id}” 的实验；可用的实验有 ${known.join('、')}。`,
  );
}
