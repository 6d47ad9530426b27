import { problem } from '../../protocol/problem.ts';
import type { Experiment } from '../experiment-kit/experiment.ts';

/**
 * Every experiment by its id, in the order of the navigation; loaded when it is asked for, so that a run pays for its
 * own alone. Adding one is a file in `experiments/`, its test, and a line here.
 */
const experiments: Readonly<Record<string, () => Promise<Experiment>>> = {
  'first-touch': async () => (await import('./first-touch.ts')).firstTouch,
  prefault: async () => (await import('./prefault.ts')).prefault,
  'huge-page': async () => (await import('./huge-page.ts')).hugePage,
  'file-cache': async () => (await import('./file-cache.ts')).fileCache,
  reclaim: async () => (await import('./reclaim.ts')).reclaim,
  'lock-range': async () => (await import('./lock-range.ts')).lockRange,
  'lock-on-fault': async () => (await import('./lock-on-fault.ts')).lockOnFault,
  'lock-everything': async () => (await import('./lock-everything.ts')).lockEverything,
  'lock-limit': async () => (await import('./lock-limit.ts')).lockLimit,
  fork: async () => (await import('./fork.ts')).forkExperiment,
  'secret-page': async () => (await import('./secret-page.ts')).secretPage,
  'growth-factor': async () => (await import('./growth-factor.ts')).growthFactor,
  pool: async () => (await import('./pool.ts')).poolExperiment,
  'thread-cache': async () => (await import('./thread-cache.ts')).threadCache,
  'reserve-commit': async () => (await import('./reserve-commit.ts')).reserveCommit,
  'free-keeps-rss': async () => (await import('./free-keeps-rss.ts')).freeKeepsRss,
  'runaway-pool': async () => (await import('./runaway-pool.ts')).runawayPool,
};

export const experimentIds: readonly string[] = Object.keys(experiments);

export const catalogue = (): Promise<Experiment[]> => Promise.all(Object.values(experiments).map((load) => load()));

/** The experiment with this id. Rejects with `bad-input`, naming those there are. */
export async function findExperiment(id: string): Promise<Experiment> {
  const load = Object.hasOwn(experiments, id) ? experiments[id] : undefined;
  if (load) return await load();
  throw problem(
    'bad-input',
    `There is no experiment "${id}"; there is ${experimentIds.join(', ')}.`,
    `没有名为 “${id}” 的实验；可用的实验有 ${experimentIds.join('、')}。`,
  );
}
