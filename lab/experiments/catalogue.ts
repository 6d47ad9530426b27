import { problem } from '../../protocol/problem.ts';
import type { Experiment } from '../experiment-kit/experiment.ts';
import { fileCache } from './file-cache.ts';
import { firstTouch } from './first-touch.ts';
import { forkExperiment } from './fork.ts';
import { freeKeepsRss } from './free-keeps-rss.ts';
import { growthFactor } from './growth-factor.ts';
import { hugePage } from './huge-page.ts';
import { lockEverything } from './lock-everything.ts';
import { lockLimit } from './lock-limit.ts';
import { lockOnFault } from './lock-on-fault.ts';
import { lockRange } from './lock-range.ts';
import { poolExperiment } from './pool.ts';
import { prefault } from './prefault.ts';
import { reclaim } from './reclaim.ts';
import { reserveCommit } from './reserve-commit.ts';
import { runawayPool } from './runaway-pool.ts';
import { secretPage } from './secret-page.ts';
import { threadCache } from './thread-cache.ts';

/**
 * Every experiment, in the order of the navigation. Adding one is a file in `experiments/`, its test, and a line here.
 */
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
  growthFactor,
  poolExperiment,
  threadCache,
  reserveCommit,
  freeKeepsRss,
  runawayPool,
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
