import type { SessionEvent } from '../../protocol/events.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { RecordingHeader } from '../session/recording.ts';

/** What a host tells its keeper. Both ends are of the same build, so nothing is validated. */
export type FromHost =
  | { readonly do: 'begin'; readonly recording: number; readonly file: string; readonly header: RecordingHeader }
  | { readonly do: 'event'; readonly recording: number; readonly event: SessionEvent }
  | { readonly do: 'end'; readonly recording: number }
  /** What comes next is in another file. */
  | { readonly do: 'follow'; readonly path: string }
  /** A frame for a recording. */
  | { readonly recording: number; readonly frame: Uint8Array };

/** What a keeper answers, as JSON. */
export type FromKeeper =
  /** It reads: what it is told is kept, whatever becomes of its host. */
  | { readonly did: 'open' }
  /** So many bytes were worked through until now; `all` that was there: it waits to be rung for. */
  | { readonly did: 'read'; readonly bytes: number; readonly all: boolean }
  | { readonly did: 'begin'; readonly recording: number }
  | { readonly did: 'fail'; readonly recording: number; readonly problem: Problem };

/** A message as it is written: behind a head, the length of its bytes and its recording (0: they are JSON). */
export interface Body {
  readonly recording: number;
  readonly bytes: Uint8Array;
}

/** Two 32-bit numbers, the lowest byte first as all Linux that Node runs on has them. */
export const headBytes = 8;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const bodyOf = (message: FromHost): Body =>
  'frame' in message
    ? { recording: message.recording, bytes: message.frame }
    : { recording: 0, bytes: encoder.encode(JSON.stringify(message)) };

export const messageOf = ({ recording, bytes }: Body): FromHost =>
  recording === 0 ? JSON.parse(decoder.decode(bytes)) : { recording, frame: bytes };
