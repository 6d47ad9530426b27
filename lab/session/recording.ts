import type { SessionEvent } from '../../protocol/events.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { Environment } from '../../protocol/report.ts';
import type { TranscriptHeader } from './transcript.ts';

/** What a recording says of its session before anything happens in it. */
export interface RecordingHeader extends TranscriptHeader {
  /** ISO 8601. */
  readonly createdAt: string;
  readonly environment: Environment;
}

/** Who is told everything that a session tells, to keep it. */
export interface Recording {
  event(event: SessionEvent): void;
  frame(bytes: Uint8Array): void;
  /** Nothing more will come. */
  end(): void;
}

/**
 * Begins to record a session. Throws what keeps it from being recorded. @param failed is told once when recording stops
 * before the session does
 */
export type BeginRecording = (header: RecordingHeader, failed: (problem: Problem) => void) => StartedRecording;

export interface StartedRecording extends Recording {
  readonly file: string;
  /** Resolves when the file is there; never, when that fails. */
  readonly made: Promise<void>;
  /** Resolves when what is told is kept also where this process is killed, and when it never will be. */
  readonly safe: Promise<void>;
}
