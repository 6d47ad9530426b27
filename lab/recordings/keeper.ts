import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Problem, type ProblemError, problem, toProblem } from '../../protocol/problem.ts';
import type { Wire, WireMessage } from '../../protocol/wire.ts';
import type { BeginRecording, Recording, RecordingHeader } from '../session/recording.ts';
import { type FrameToKeeper, type FromKeeper, packed, type ToKeeper } from './keeper-messages.ts';
import { recordingLimits } from './limits.ts';
import { requireSqlite } from './sqlite.ts';

/** While so many bytes wait for a slow disk, a recording ends. */
const maxBacklogBytes = 64 << 20;

/** How long a host that ends waits for the process that writes. */
const maxEndMs = 5000;

/** How the process that writes is started. */
type Spawn = () => Promise<{ readonly wire: Wire; readonly exited: Promise<unknown> }>;

interface Kept {
  readonly begun: () => void;
  failed: ((problem: Problem) => void) | undefined;
  steps: number;
}

/**
 * The recordings of one host, written by a process that is started with the first of them. Whatever becomes of it or
 * of the disk, sessions go on: they are told that they are no longer recorded.
 */
export class Keeper {
  readonly #folder: string;
  readonly #spawn: Spawn;
  readonly #kept = new Map<number, Kept>();
  #wire: Wire | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  #starting: Promise<void> | undefined;
  /** Until the process is there. */
  #early: WireMessage[] | undefined;
  #told: (ToKeeper | FrameToKeeper)[] = [];
  #backlogBytes = 0;
  #lastRecording = 0;

  /** @param folder where the files go; made when it is needed, for this user alone */
  constructor(folder: string, spawn: Spawn) {
    this.#folder = folder;
    this.#spawn = spawn;
  }

  /** Throws `cannot-run-here` where this Node has no SQLite, and where the folder cannot be made. */
  readonly begin: BeginRecording = (header, failed) => {
    requireSqlite();
    makeFolder(this.#folder);
    const recording = ++this.#lastRecording;
    const file = join(this.#folder, fileName(header, recording));
    let begun: () => void = () => {};
    const made = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const kept: Kept = { begun, failed, steps: 0 };
    this.#kept.set(recording, kept);
    this.#tell({ do: 'begin', recording, file, header });
    return { file, made, ...this.#recordingOf(recording, kept, made) };
  };

  /** What begins a recording, while the user has set that there are any: that may be changed while the host runs. */
  get beginIfAny(): BeginRecording | undefined {
    return recordingLimits().totalBytes > 0 ? this.begin : undefined;
  }

  /** Starts the process before it is needed, so that the first recording loses nothing whenever the host is killed. */
  warm(): void {
    if (!this.#wire) this.#early ??= this.#startWith([]);
  }

  /**
   * Ends the process, when it has written everything; recordings that are still open are ended by it. Resolves to
   * whether it has ended: a disk that hangs is not waited for, and it goes on by itself.
   */
  async close(): Promise<boolean> {
    await this.#starting;
    this.#wire?.close();
    const tooLong = setTimeout(maxEndMs, false, { ref: false });
    return Promise.race([this.#exited.then(() => true), tooLong]);
  }

  #recordingOf(recording: number, kept: Kept, made: Promise<void>): Recording {
    return {
      event: (event) => {
        if (event.kind === 'step') kept.steps = event.step.index + 1;
        if (kept.failed) this.#tell({ do: 'event', recording, event });
        this.#checkBacklog(recording, kept);
      },
      frame: (bytes) => {
        if (kept.failed) this.#tell({ recording, frame: bytes });
        this.#checkBacklog(recording, kept);
      },
      end: () => {
        if (!kept.failed) return;
        this.#tell({ do: 'end', recording });
        // Its reader is still told where it is.
        void made.then(() => this.#kept.delete(recording));
      },
    };
  }

  #checkBacklog(recording: number, kept: Kept): void {
    if (this.#backlogBytes <= maxBacklogBytes || !kept.failed) return;
    this.#tell({ do: 'end', recording });
    this.#fail(recording, tooSlow(kept.steps).problem);
  }

  #fail(recording: number, why: Problem): void {
    const kept = this.#kept.get(recording);
    const failed = kept?.failed;
    if (!kept || !failed) return;
    kept.failed = undefined;
    this.#kept.delete(recording);
    failed(why);
  }

  /** Sent with all else that is told in this turn. Frames are not copied before: they are their receiver's. */
  #tell(message: ToKeeper | FrameToKeeper): void {
    if (this.#told.push(message) === 1) queueMicrotask(() => this.#send(packed(this.#told.splice(0))));
  }

  #send(message: WireMessage): void {
    this.#backlogBytes += message.length;
    if (this.#wire) this.#wire.send(message);
    else if (this.#early) this.#early.push(message);
    else this.#early = this.#startWith([message]);
  }

  #startWith(early: WireMessage[]): WireMessage[] {
    this.#starting = this.#start(early);
    return early;
  }

  async #start(early: readonly WireMessage[]): Promise<void> {
    try {
      const { wire, exited } = await this.#spawn();
      this.#wire = wire;
      this.#exited = exited;
      wire.onMessage((message) => typeof message === 'string' && this.#hear(JSON.parse(message)));
      wire.onClose(() => this.#gone(({ steps }) => stopped(steps).problem));
      for (const message of early) wire.send(message);
    } catch (error) {
      this.#gone(() => toProblem(error));
    }
    this.#early = undefined;
  }

  #hear(message: FromKeeper): void {
    if (message.did === 'write') this.#backlogBytes -= message.bytes;
    else if (message.did === 'begin') this.#kept.get(message.recording)?.begun();
    else this.#fail(message.recording, message.problem);
  }

  /** The process is gone; the next recording starts another. */
  #gone(why: (kept: Kept) => Problem): void {
    this.#wire = undefined;
    this.#early = undefined;
    this.#backlogBytes = 0;
    for (const [recording, kept] of [...this.#kept]) this.#fail(recording, why(kept));
  }
}

/** When, what, and by which process: no two hosts make the same. */
function fileName({ createdAt, experiment, pid }: RecordingHeader, recording: number): string {
  const when = createdAt.replaceAll(/[-:]/g, '').replace(/\.\d+Z$/, 'Z');
  return `${when}-${experiment.id}-${process.pid}-${pid === process.pid ? recording : `${pid}-${recording}`}.pagescope`;
}

function tooSlow(steps: number): ProblemError {
  return problem(
    'cannot-run-here',
    `The session is unrecorded from step ${steps} on: the disk is too slow for it. What came before is kept.`,
    `从第 ${steps} 步起不再录制：磁盘速度过慢。此前的内容已保存。`,
  );
}

function stopped(steps: number): ProblemError {
  return problem(
    'cannot-run-here',
    `The session is unrecorded from step ${steps} on: the process that writes recordings has ended. What came before is kept.`,
    `从第 ${steps} 步起不再录制：负责写入录制文件的进程已结束。此前的内容已保存。`,
  );
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw problem(
      'cannot-run-here',
      `The folder of recordings cannot be made: ${why}. Set XDG_DATA_HOME to one that you may write to.`,
      `无法创建录制文件的文件夹：${why}。请把 XDG_DATA_HOME 设为可写的文件夹，然后重新启动。`,
      { cause },
    );
  }
}
