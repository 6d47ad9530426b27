import { setImmediate } from 'node:timers/promises';

/** Lets the main loop handle what is waiting, between two pieces of long work. */
export function breathe(): Promise<void> {
  return setImmediate();
}
