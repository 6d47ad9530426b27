import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Problem, type ProblemError, problem, toProblem } from '../../protocol/problem.ts';
import type { Wire } from '../../protocol/wire.ts';
import { deferred } from '../base/deferred.ts';
import type { BeginRecording, Recording, RecordingHeader } from '../session/recording.ts';
import type { FromHost, FromKeeper } from './keeper-messages.ts';
import { recordingLimits } from './limits.ts';
import { Spool } from './spool.ts';
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
 * The recordings of one host, written by a process that is started with the first of them. What is told here is in a
 * file in memory before anybody else hears of it, and that process works through it whether its host lives or not.
 * Whatever becomes of it or of the disk, sessions go on: they are told that they are no longer recorded.
 */
export class Keeper {
  readonly #folder: string;
  readonly #spawn: Spawn;
  readonly #kept = new Map<number, Kept>();
  #wire: Wire | undefined;
  #spool: Spool | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  #starting: Promise<void> | undefined;
  /** Resolves when the process has opened the spool, and when it never will. */
  #opened = deferred<void>();
  /** It was rung for, and has not come to the end of the spool since. */
  #rung = false;
  #writtenBytes = 0;
  #readBytes = 0;
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
    return { file, made, safe: this.#opened.promise, ...this.#recordingOf(recording, kept, made) };
  };

  /** What begins a recording, while the user has set that there are any: that may be changed while the host runs. */
  get beginIfAny(): BeginRecording | undefined {
    return recordingLimits().totalBytes > 0 ? this.begin : undefined;
  }

  /** Starts the process before it is needed, so that the first recording loses nothing whenever the host is killed. */
  warm(): void {
    try {
      this.#spool ??= this.#begun();
    } catch {
      // The first recording is told why.
    }
  }

  /**
   * Ends the process, when it has written everything; recordings that are still open are ended by it. Resolves to
   * whether it has ended: a disk that hangs is not waited for, and it goes on by itself.
   */
  async close(): Promise<boolean> {
    await this.#starting;
    const spool = this.#spool;
    this.#spool = undefined;
    this.#wire?.close();
    const tooLong = setTimeout(maxEndMs, false, { ref: false });
    const ended = this.#exited.then(() => spool?.remove());
    return Promise.race([ended.then(() => true), tooLong]);
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
    if (this.#writtenBytes - this.#readBytes <= maxBacklogBytes || !kept.failed) return;
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

  /** Written at once: what is shown next is then kept. */
  #tell(message: FromHost): void {
    try {
      this.#spool ??= this.#begun();
      this.#writtenBytes += this.#spool.add(message);
    } catch (error) {
      this.#opened.resolve();
      for (const [recording, { steps }] of [...this.#kept]) this.#fail(recording, noRoom(steps, error).problem);
    }
    this.#ring();
  }

  /** Once for all that is told until it has read that. */
  #ring(): void {
    if (!this.#wire || this.#rung) return;
    this.#rung = true;
    queueMicrotask(() => this.#wire?.send(''));
  }

  #begun(): Spool {
    const spool = new Spool();
    this.#opened = deferred<void>();
    this.#starting = this.#start(spool);
    return spool;
  }

  async #start(spool: Spool): Promise<void> {
    try {
      const { path } = spool;
      const { wire, exited } = await this.#spawn();
      this.#wire = wire;
      this.#exited = exited;
      wire.onMessage((message) => typeof message === 'string' && this.#hear(JSON.parse(message)));
      wire.onClose(() => this.#gone(({ steps }) => stopped(steps).problem));
      this.#rung = true;
      wire.send(path);
    } catch (error) {
      this.#gone(() => toProblem(error));
    }
  }

  #hear(message: FromKeeper): void {
    switch (message.did) {
      case 'open':
        this.#opened.resolve();
        break;
      case 'read':
        this.#readBytes = message.bytes;
        this.#rung = !message.all;
        if (message.all && this.#writtenBytes > message.bytes) this.#ring();
        break;
      case 'begin':
        this.#kept.get(message.recording)?.begun();
        break;
      case 'fail':
        this.#fail(message.recording, message.problem);
    }
  }

  /** The process is gone; the next recording starts another. */
  #gone(why: (kept: Kept) => Problem): void {
    this.#wire = undefined;
    this.#spool?.remove();
    this.#spool = undefined;
    this.#rung = false;
    this.#writtenBytes = 0;
    this.#readBytes = 0;
    this.#opened.resolve();
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

function noRoom(steps: number, cause: unknown): ProblemError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return problem(
    'cannot-run-here',
    `The session is unrecorded from step ${steps} on: what is still to be written has no room: ${why}. What came before is kept; make room there, and run again.`,
    `从第 ${steps} 步起不再录制：待写入的内容没有空间存放：${why}。此前的内容已保存；请在该处腾出空间后重新运行。`,
    { cause },
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
