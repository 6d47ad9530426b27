import type { SessionEvent } from '../../protocol/events.ts';
import { decodeFrame } from '../../protocol/frame.ts';
import { FrameStream, maxQueuedBytes } from '../../protocol/frame-stream.ts';
import { PageStates } from '../../protocol/page-states.ts';
import { type Problem, toProblem } from '../../protocol/problem.ts';
import type { Reader } from '../../protocol/service.ts';
import { environment } from '../limits/environment.ts';
import type { BeginRecording, StartedRecording } from './recording.ts';
import type { TranscriptHeader } from './transcript.ts';

interface Relayed {
  readonly states: PageStates;
  readonly stream: FrameStream;
  /** A frame of the engine's that is still to be acknowledged; 0 when none is. */
  owed: number;
}

/**
 * Between the engine of one session and its reader. Has all of it recorded, acknowledges the engine's frames as they
 * come, so that a slow reader (a hidden window) slows down neither the engine nor the recording, and gives the reader
 * what it can take. Only when too much waits for the reader, the engine waits too.
 */
export class FrameRelay implements Reader {
  readonly #session: number;
  readonly #reader: Reader;
  readonly #acknowledge: (region: number, sequence: number) => void;
  readonly #regions = new Map<number, Relayed>();
  /** Told everything. */
  #recording: StartedRecording | undefined;

  readonly #draws: boolean;

  /**
   * @param acknowledge tells the engine that its frame was taken
   * @param draws whether the reader has any use for frames: making them anew for it costs more than recording them
   */
  constructor(session: number, reader: Reader, acknowledge: (region: number, sequence: number) => void, draws = true) {
    this.#draws = draws;
    this.#session = session;
    this.#reader = reader;
    this.#acknowledge = acknowledge;
  }

  /**
   * Has the session recorded from now on; the reader is told in which file, or why not. Resolves when the session may
   * begin: what is shown from then on is kept.
   */
  async record(begin: BeginRecording | undefined, header: TranscriptHeader): Promise<void> {
    if (!begin) return;
    const tell = (file: string, failure?: Problem) =>
      this.#reader.event({ kind: 'recording', session: this.#session, file, ...(failure && { problem: failure }) });
    try {
      const whole = { createdAt: new Date().toISOString(), ...header, environment: environment() };
      this.#recording = begin(whole, (failure) => tell(this.#recording?.file ?? '', failure));
      const { file, made, safe } = this.#recording;
      void made.then(() => tell(file));
      await safe;
    } catch (error) {
      tell('', toProblem(error));
    }
  }

  /** Where the session is recorded, or was until that failed. */
  get file(): string | undefined {
    return this.#recording?.file;
  }

  /** The session is over. */
  end(): void {
    this.#recording?.end();
  }

  event(event: SessionEvent): void {
    if (event.kind === 'released') {
      this.#regions.get(event.region)?.stream.flush();
      this.#regions.delete(event.region);
    }
    this.#recording?.event(event);
    if (event.kind !== 'operation' && event.kind !== 'action') this.#reader.event(event);
  }

  /** Throws `FrameError` when the frame cannot be read. */
  frame(bytes: Uint8Array): void {
    this.#recording?.frame(bytes);
    const frame = decodeFrame(bytes);
    const { takenNs, step, unknown, lazilyFree, region, sequence } = frame;
    if (!this.#draws) {
      this.#acknowledge(region, sequence);
      return;
    }
    const relayed = this.#relayed(region);
    const { states, stream } = relayed;
    states.apply(frame);
    stream.offer({ flags: states.flags, takenNs, step, unknown, ...(lazilyFree === undefined ? {} : { lazilyFree }) });
    relayed.owed = sequence;
    this.#settle();
  }

  /** The reader has drawn this frame. */
  acknowledge(region: number, sequence: number): void {
    this.#regions.get(region)?.stream.acknowledge(sequence);
    this.#settle();
  }

  #settle(): void {
    let queuedBytes = 0;
    for (const { stream } of this.#regions.values()) queuedBytes += stream.queuedBytes;
    if (queuedBytes >= maxQueuedBytes) return;
    for (const [region, relayed] of this.#regions) {
      const { owed } = relayed;
      relayed.owed = 0;
      if (owed > 0) this.#acknowledge(region, owed);
    }
  }

  #relayed(region: number): Relayed {
    const known = this.#regions.get(region);
    if (known) return known;
    const stream = new FrameStream(this.#session, region, (frame) => this.#reader.frame(frame));
    const relayed = { states: new PageStates(), stream, owed: 0 };
    this.#regions.set(region, relayed);
    return relayed;
  }
}
