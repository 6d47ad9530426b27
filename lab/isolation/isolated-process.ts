import type { Wire } from '../../protocol/wire.ts';

/** How a process ended: with an exit status, or by a signal. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A separate process that serves one engine. The host decides how to start it. */
export interface IsolatedProcess {
  readonly wire: Wire;
  readonly pid: number;
  /** Resolves when it has ended, however that came, and everything that it sent before has been received. */
  readonly exited: Promise<ProcessEnd>;
  /** SIGKILL. */
  kill(): void;
}
