import type { Wire } from '../../protocol/wire.ts';

/** How a process ended: with an exit status, or by a signal. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A process of its own that serves one engine. How it is started is the host's affair. */
export interface IsolatedProcess {
  readonly wire: Wire;
  readonly pid: number;
  /** Resolves when it has ended, however that came, and everything that it sent before has been received. */
  readonly exited: Promise<Ended>;
  /** SIGKILL. */
  kill(): void;
}
