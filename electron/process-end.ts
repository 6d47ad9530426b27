import { constants } from 'node:os';
import type { ProcessEnd } from '../lab/isolation/isolated-process.ts';

/** The signals that end a lab process by its own doing or by a person's. */
const fatal = [
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGKILL',
  'SIGQUIT',
  'SIGSEGV',
  'SIGSYS',
  'SIGTERM',
  'SIGTRAP',
] as const;

/** waitpid(2) sets this bit beside the signal when there is a core file. */
const coreDumped = 0x80;

/**
 * What the number of Electron's `exit` event means. It is what the process gave to `process.exit`, else the status of
 * waitpid(2): a signal's number, or 256 times an exit status. Our process gives `process.exit` 0, and Node 1 after an
 * error that nobody caught, so the two do not collide.
 */
export function ending(code: number): ProcessEnd {
  const signal = fatal.find((name) => constants.signals[name] === (code & ~coreDumped));
  if (signal !== undefined) return { code: null, signal };
  return { code: code > 0xff ? code >> 8 : code, signal: null };
}
