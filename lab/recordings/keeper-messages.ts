import type { SessionEvent } from '../../protocol/events.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { RecordingHeader } from '../session/recording.ts';

/** What a host tells its keeper, beside frames. Both ends are of the same build, so nothing is validated. */
export type ToKeeper =
  | { readonly do: 'begin'; readonly recording: number; readonly file: string; readonly header: RecordingHeader }
  | { readonly do: 'event'; readonly recording: number; readonly event: SessionEvent }
  | { readonly do: 'end'; readonly recording: number };

/** What a keeper answers, as JSON. */
export type FromKeeper =
  /** So many bytes of messages were worked through since the last time. */
  | { readonly did: 'write'; readonly bytes: number }
  | { readonly did: 'begin'; readonly recording: number }
  | { readonly did: 'fail'; readonly recording: number; readonly problem: Problem };

/** A frame for a recording. */
export interface FrameToKeeper {
  readonly recording: number;
  readonly frame: Uint8Array;
}

const headBytes = 8;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * All that was told in one turn of the main loop as one message: a pipe holds hundreds of small messages, however short
 * they are. For each a head, the length of its body and its recording (0: the body is JSON), and the body.
 */
export function packed(messages: readonly (ToKeeper | FrameToKeeper)[]): Uint8Array {
  const bodies = messages.map((each) => ('frame' in each ? each.frame : encoder.encode(JSON.stringify(each))));
  const bytes = new Uint8Array(bodies.reduce((sum, body) => sum + headBytes + body.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [index, body] of bodies.entries()) {
    const message = messages[index];
    view.setUint32(at, body.length);
    view.setUint32(at + 4, message && 'frame' in message ? message.recording : 0);
    bytes.set(body, at + headBytes);
    at += headBytes + body.length;
  }
  return bytes;
}

/** The messages of a packed one, in order. */
export function unpacked(bytes: Uint8Array): (ToKeeper | FrameToKeeper)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: (ToKeeper | FrameToKeeper)[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [length, recording] = [view.getUint32(at), view.getUint32(at + 4)];
    const body = bytes.subarray(at + headBytes, at + headBytes + length);
    messages.push(recording === 0 ? JSON.parse(decoder.decode(body)) : { recording, frame: body });
    at += headBytes + length;
  }
  return messages;
}
