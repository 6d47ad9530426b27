import type { Sample } from '../../protocol/events.ts';
import { FrameStream } from '../../protocol/frame-stream.ts';
import { toProblem } from '../../protocol/problem.ts';
import type { Reader, Received, Reopened, Response, SessionMethod } from '../../protocol/service.ts';
import type { Text } from '../../protocol/text.ts';
import { breathe, Slices } from '../base/slices.ts';
import { type Answers, answerBy, type SessionHandle } from '../session/session-handle.ts';
import { filmOf } from './film.ts';
import { otherPages } from './other-pages.ts';
import { lockRangesOf } from './recorded-locks.ts';
import { RecordingFile } from './recording-file.ts';

const what: Text = { en: 'This session is a recording', zh: '此会话是一个录制' };

/**
 * Until here a recording is told frame by frame: so many frames, bytes of frames, and pages of all frames together,
 * each of which is compared with the one before. Each takes a window about a second.
 */
const wholeFrames = 1 << 12;
const wholeBytes = 4 << 20;
const wholePages = 2 ** 30;

/** Until here all samples are told. */
const wholeSamples = 1 << 15;
/** Samples of a long recording that are told, besides those that tell something, of which there may be so many. */
const mostSamples = 2000;
const mostTelling = 1 << 15;

/** Some samples, and of the others those right after a step or with another VmLck than the one before. */
function* telling(recording: RecordingFile): Generator<Sample> {
  const every = Math.ceil(recording.sampleCount / mostSamples);
  const steps = recording.steps();
  let step = steps.next();
  let [index, vmLck, told] = [0, -1, 0];
  for (const sample of recording.samples()) {
    const thinned = index++ % every === 0;
    let tells = sample.vmLck !== vmLck;
    for (; !step.done && step.value.startedNs + step.value.durationNs <= sample.tNs; step = steps.next()) tells = true;
    vmLck = sample.vmLck;
    if (thinned || (tells && told++ < mostTelling)) yield sample;
  }
}

function isLong(recording: RecordingFile): boolean {
  const sizes = recording.regions.map(({ id, pages }) => ({ pages, ...recording.sizeOf(id) }));
  const sum = (of: (size: (typeof sizes)[number]) => number) => sizes.reduce((all, size) => all + of(size), 0);
  return (
    sum(({ frames }) => frames) > wholeFrames ||
    sum(({ bytes }) => bytes) > wholeBytes ||
    sum(({ pages, frames }) => pages * frames) > wholePages
  );
}

/** A recording that is a session like any other to its reader, but takes no orders: all of it is told again. */
export class RecordedSession implements SessionHandle {
  readonly pid = process.pid;
  readonly #session: number;
  readonly #reader: Reader;
  readonly #recording: RecordingFile;
  readonly #streams = new Map<number, FrameStream>();
  readonly #answers: Answers = {
    report: async ({ language }) => this.#recording.report(language),
    program: ({ step }) => this.#recording.program(step),
    save: async () => this.#recording.saved(),
    pagesAt: async ({ tNs }) => this.#showPages(tNs),
    otherPages: async ({ tNs, at }) =>
      this.#recording.regions.flatMap(({ id }) => otherPages(this.#recording, id, tNs, at) ?? []),
  };
  #telling: Promise<void> = Promise.resolve();
  #disposed = false;
  #wake: (() => void) | undefined;

  /** Throws `bad-input` when the file is not a recording. */
  constructor(file: string, session: number, reader: Reader) {
    this.#recording = new RecordingFile(file);
    this.#session = session;
    this.#reader = reader;
  }

  /** What the recording says of its session. */
  reopened(): Reopened {
    return { session: this.#session, ...this.#recording.header };
  }

  /** Tells everything, at the pace of its reader. */
  begin(): void {
    this.#telling = this.#tellAll().catch((error: unknown) => {
      this.#reader.event({ kind: 'state', session: this.#session, state: 'failed', problem: toProblem(error) });
    });
  }

  answer<M extends SessionMethod>(method: M, request: Received<M>): Promise<Response<M>> {
    return answerBy(this.#answers, what, method, request);
  }

  acknowledge(region: number, sequence: number): void {
    this.#streams.get(region)?.acknowledge(sequence);
    this.#wake?.();
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#wake?.();
    await this.#telling;
    this.#recording[Symbol.dispose]();
  }

  async #tellAll(): Promise<void> {
    const [session, reader] = [this.#session, this.#reader];
    const long = isLong(this.#recording);
    for (const region of this.#recording.regions) {
      reader.event({ kind: 'region', session, region });
      if (!long) continue;
      const film = await filmOf(this.#recording, region.id);
      if (this.#disposed) return;
      reader.event({ kind: 'film', session, region: region.id, ...film });
    }
    // What the recording is can be told meanwhile.
    await breathe();
    for await (const event of this.#inSlices(this.#recording.stepsAndClaims())) reader.event({ ...event, session });
    if (long) this.#showPages(Number.MAX_SAFE_INTEGER);
    else await this.#tellFrames();
    const samples =
      long || this.#recording.sampleCount > wholeSamples ? telling(this.#recording) : this.#recording.samples();
    const lookedAt = looksIn(this.#recording.seen());
    for await (const sample of this.#inSlices(samples)) {
      const looked = lookedAt(sample.tNs);
      reader.event({ kind: 'sample', session, sample, ...(looked.length > 0 && { looked }) });
    }
    let [ended, opened] = [false, false];
    // Its pages can still be looked at, and claims are told among the steps.
    for await (const event of this.#inSlices(this.#recording.otherEvents(['released', 'claim']))) {
      if (event.kind === 'state') {
        opened ||= event.state === 'open';
        // Of a workbench: nothing can be done in it any more.
        if (event.state === 'open') continue;
        ended = event.state !== 'running' && event.state !== 'paused';
      }
      reader.event({ ...event, session });
    }
    if (this.#disposed) return;
    if (!ended) reader.event({ kind: 'state', session, state: opened ? 'completed' : 'stopped' });
    for (const { id } of long ? this.#recording.regions : []) {
      const ranges = await lockRangesOf(this.#recording, id, () => this.#disposed);
      if (!this.#disposed) reader.event({ kind: 'locks', session, region: id, ranges: [...ranges] });
    }
    const { damaged } = this.#recording;
    if (damaged > 0 && !this.#disposed) reader.event({ kind: 'damaged', session, rows: damaged });
  }

  async #tellFrames(): Promise<void> {
    for await (const { region, frame: _frame, ...snapshot } of this.#inSlices(this.#recording.snapshots())) {
      const stream = this.#streamOf(region);
      stream.add(snapshot);
      while (stream.lags && !this.#disposed)
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  /** What is read, while others have their turns in between; no more of it once the session is closed. */
  async *#inSlices<T>(read: Iterable<T>): AsyncGenerator<T> {
    const slices = new Slices();
    for (const each of read) {
      if (this.#disposed) return;
      yield each;
      if (slices.over) await slices.next();
    }
  }

  /** Tells the pages of each region at an instant. */
  #showPages(tNs: number): void {
    for (const { id } of this.#recording.regions) {
      const found = this.#recording.pagesAt(id, tNs);
      if (found) this.#streamOf(id).offer({ ...found, step: -1 });
    }
  }

  #streamOf(region: number): FrameStream {
    const known =
      this.#streams.get(region) ?? new FrameStream(this.#session, region, (frame) => this.#reader.frame(frame));
    this.#streams.set(region, known);
    return known;
  }
}

/** Tells which regions were looked at at a time; to be asked in the order of times. */
function looksIn(seen: ReturnType<RecordingFile['seen']>): (tNs: number) => number[] {
  const next = new Map<number, number>();
  return (tNs) =>
    [...seen].flatMap(([region, stretches]) => {
      let at = next.get(region) ?? 0;
      while ((stretches[at]?.toNs ?? Number.POSITIVE_INFINITY) < tNs) at++;
      next.set(region, at);
      const stretch = stretches[at];
      return stretch && stretch.fromNs <= tNs ? [region] : [];
    });
}
