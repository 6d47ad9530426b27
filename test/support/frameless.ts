import type { RafScheduler } from '../../renderer/raf-scheduler.ts';

const soon = (task: () => void): void => void setTimeout(task);

/** A scheduler for where nothing is drawn: what asks for the next frame has its turn at once. */
export const frameless: Pick<RafScheduler, 'before' | 'request' | 'afterwards' | 'forget'> = {
  before: soon,
  request: soon,
  afterwards: soon,
  forget() {},
};
