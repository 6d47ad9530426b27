import type { Language } from '../../protocol/language.ts';
import type { Operation } from '../../protocol/operation.ts';
import type { Report } from '../../protocol/report.ts';

export type ControlAction = 'pause' | 'resume' | 'step' | 'stop';

/** A session as its service drives it, wherever it runs: in this process or in one of its own. */
export interface SessionHandle {
  readonly pid: number;
  control(action: ControlAction): Promise<void>;
  pace(paceMs: number): Promise<void>;
  operate(region: number, operation: Operation): Promise<void>;
  acknowledge(region: number, sequence: number): void;
  report(language: Language): Promise<Report>;
  /** With a step, the lines of that one alone. */
  program(step?: number): Promise<string>;
  /** Ends what runs and releases every region. Once; later calls wait for the first. */
  dispose(): Promise<void>;
}
