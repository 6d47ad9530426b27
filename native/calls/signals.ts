/** Signals and the end of an isolated process: signal(2), kill(2), _exit(2). */
import { constants } from 'node:os';
import { checkInt } from '../libc/arguments.ts';
import { failed, OK, type Result } from '../libc/errno.ts';
import { bind } from '../libc/libc.ts';

/** What a signal does by itself (the terminate, core or ignore of signal(7)), and nothing at all. */
export const SIG = { DFL: 0, IGN: 1 } as const;

const SIG_ERR = 0xffff_ffff_ffff_ffffn;

const libcSignal = bind<(signal: number, handler: number) => number | bigint | null>('void *signal(int, intptr_t)');

/**
 * Gives a signal its default action back (or ignores it). A crash handler may hold SIGABRT, and then abort(3) leaves no
 * core file. Errors: EINVAL (SIGKILL, SIGSTOP, no such signal). signal(2)
 */
export function signal(name: NodeJS.Signals, action: (typeof SIG)[keyof typeof SIG]): Result {
  const before = libcSignal()(constants.signals[name], checkInt('action', action));
  return before === SIG_ERR ? failed() : OK;
}
