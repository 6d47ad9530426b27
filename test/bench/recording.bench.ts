/** What recording costs, and how soon any instant of a long recording is there: one hour of 262 144 pages at 10 Hz. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { forkIsolated } from '../../lab/isolation/fork-isolated.ts';
import { environment } from '../../lab/limits/environment.ts';
import { filmOf } from '../../lab/recordings/film.ts';
import { listRecordings } from '../../lab/recordings/folder.ts';
import { Keeper } from '../../lab/recordings/keeper.ts';
import { Recorder } from '../../lab/recordings/recorder.ts';
import { RecordingFile } from '../../lab/recordings/recording-file.ts';
import { thumbnailOf } from '../../lab/recordings/thumbnail.ts';
import { written } from '../../lab/reports/formats.ts';
import type { RecordingHeader } from '../../lab/session/recording.ts';
import { FrameStream } from '../../protocol/frame-stream.ts';
import { cpuNs, median, pages, type Row, row } from '../support/bench/row.ts';
import { entryOf } from '../support/entries.ts';

const hourFrames = 36_000;
/** 1 % of the pages each second, a tenth of it each frame. */
const changesPerFrame = Math.round(pages / 1000);
const states = [0, 3, 7, 16, 35] as const;
const seeks = 100;
const runRounds = 30;
const hostFrames = 600;
const keeperEntry = entryOf('keeper-entry');
const command = fileURLToPath(new URL('../../bin/pagescope.mjs', import.meta.url));

const header = (): RecordingHeader => ({
  version: '0',
  experiment: { id: 'bench', title: { en: 'bench', zh: 'bench' }, parameters: {} },
  placement: 'inline',
  pid: process.pid,
  createdAt: new Date().toISOString(),
  environment: environment(),
});

/** The same sequence each time. */
function randomNumbers(): (below: number) => number {
  let state = 7;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Writes the hour; the CPU time of writing, in ns. */
function recordHour(file: string): number {
  const recorder = new Recorder(file, header(), { durable: true, mostBytes: 1 << 30 });
  const region = { id: 1, label: 'A', address: '0x1000', length: pages * 4096, pages };
  recorder.event({ kind: 'region', session: 1, region: { ...region, kind: 'anonymous', protection: 'rw-p' } });
  let spentNs = 0;
  const spend = (what: () => void) => {
    const began = cpuNs();
    what();
    spentNs += cpuNs() - began;
  };
  const stream = new FrameStream(1, 1, (bytes) => spend(() => recorder.frame(bytes)));
  const flags = new Uint8Array(pages);
  const random = randomNumbers();
  for (let frame = 0; frame < hourFrames; frame++) {
    for (let change = 0; change < changesPerFrame; change++) flags[random(pages)] = states[random(states.length)] ?? 0;
    const tNs = frame * 1e8;
    stream.offer({ flags, takenNs: tNs, step: -1, unknown: 0 });
    stream.flush();
    const sample = { tNs, vmLck: 0, vmRss: 0, minorFaults: 0, majorFaults: 0 };
    spend(() => recorder.event({ kind: 'sample', session: 1, sample, looked: [1] }));
  }
  recorder.end();
  return spentNs;
}

/** CPU time, in ms: the file is in the page cache, and another's work is not ours. */
async function spentMs(what: () => unknown): Promise<number> {
  const began = cpuNs();
  await what();
  return (cpuNs() - began) / 1e6;
}

/** CPU time of all children that have ended, in ms: proc_pid_stat(5), in ticks of 10 ms. */
function childrenMs(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

/** What runs took, in ms: each by the clock, and all of them of the processors. */
class Runs {
  readonly elapsed: number[] = [];
  cpu = 0;

  run(...words: string[]): void {
    const [began, spent] = [performance.now(), childrenMs()];
    execFileSync(process.execPath, [command, 'run', 'first-touch', ...words], { stdio: 'ignore' });
    this.elapsed.push(performance.now() - began);
    this.cpu += childrenMs() - spent;
  }
}

/** What a host spends on each frame that its keeper is told, in ms: 99 of 100 take no longer. */
async function hostMs(folder: string): Promise<number> {
  // Its process tidies up there, and not among the user's own.
  process.env.XDG_DATA_HOME = folder;
  const keeper = new Keeper(folder, () => forkIsolated(keeperEntry));
  const recording = keeper.begin(header(), () => {});
  const spent: number[] = [];
  const frames: Uint8Array[] = [];
  const stream = new FrameStream(1, 1, (bytes) => frames.push(bytes));
  const flags = new Uint8Array(pages);
  const random = randomNumbers();
  await recording.made;
  for (let frame = 0; frame < hostFrames; frame++) {
    for (let change = 0; change < changesPerFrame; change++) flags[random(pages)] = states[random(states.length)] ?? 0;
    stream.offer({ flags, takenNs: frame * 1e8, step: -1, unknown: 0 });
    stream.flush();
    const began = cpuNs();
    for (const bytes of frames.splice(0)) recording.frame(bytes);
    const sample = { tNs: frame * 1e8, vmLck: 0, vmRss: 0, minorFaults: 0, majorFaults: 0 };
    recording.event({ kind: 'sample', session: 1, sample, looked: [1] });
    // It is sent at the end of this turn.
    await Promise.resolve();
    spent.push((cpuNs() - began) / 1e6);
    await setImmediate();
  }
  recording.end();
  await keeper.close();
  return spent.toSorted((a, b) => a - b)[Math.floor(hostFrames * 0.99)] ?? Number.NaN;
}

export default async function recording(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-bench-'));
  try {
    const file = join(folder, 'hour.pagescope');
    const spentNs = recordHour(file);
    using hour = new RecordingFile(file);
    const random = randomNumbers();
    const times = async (count: number, what: () => unknown): Promise<number[]> => {
      const spent: number[] = [];
      while (spent.length < count) spent.push(await spentMs(what));
      return spent;
    };
    const seekMs = await times(seeks, () => hour.pagesAt(1, random(hourFrames) * 1e8));
    const stripMs = await times(5, () => filmOf(hour, 1));
    const thumbnailMs = await times(5, () => thumbnailOf(hour));

    const [off, on] = [new Runs(), new Runs()];
    for (let round = 0; round < runRounds; round++) {
      off.run();
      on.run('--record', join(folder, `${round}.pagescope`));
    }
    const host = await hostMs(folder);

    execFileSync(process.execPath, [command, 'run', 'lock-range', '--record', join(folder, 'lock.pagescope')], {
      stdio: 'ignore',
    });
    const many = join(folder, 'many');
    mkdirSync(many);
    for (let at = 0; at < 200; at++) copyFileSync(join(folder, 'lock.pagescope'), join(many, `${at}.pagescope`));
    const listMs = await times(5, () => listRecordings(many));
    using short = new RecordingFile(join(folder, 'lock.pagescope'));
    const report = short.report('en');
    const steps = Array.from({ length: 1000 }, (_, index) => ({
      ...(report.steps[index % report.steps.length] ?? []),
      index,
    }));
    const long = { ...report, steps: steps as typeof report.steps };
    const began = cpuNs();
    const html = await written('html', {
      report: long,
      language: 'en',
      program: () => short.program(),
      saved: async () => ({}),
    });
    const htmlMs = (cpuNs() - began) / 1e6;

    const mib = 2 ** 20;
    return [
      row(
        'an hour of 262 144 pages at 10 Hz, 1 % changing a second: on disk',
        'MiB',
        1,
        statSync(file).size / mib,
        100,
      ),
      row('the same: CPU time of writing, of one processor’s hour', 'ns', 0.05, spentNs, 3600e9),
      row('the same: any instant of it', 'ms', 1, Math.max(...seekMs), 100),
      row('the same: its filmstrip, as a window is told it', 'ms', 1, median(stripMs), 200),
      row('the same: its thumbnail', 'ms', 1, median(thumbnailMs), 200),
      row('a folder of 200 short recordings: their list', 'ms', 1, median(listMs), 200),
      row(
        'the shortest pagescope run first-touch with --record against without',
        'ms',
        1.1,
        Math.min(...on.elapsed),
        Math.min(...off.elapsed),
      ),
      row('30 times the same: CPU time', 'ms', 1.1, on.cpu, off.cpu),
      row('an hour of 262 144 pages: what the host spends on a frame, p99', 'ms', 1, host, 1),
      row('the HTML of a run of 1000 steps: size', 'MiB', 1, html.length / mib, 5),
      row('the HTML of a run of 1000 steps: time', 'ms', 1, htmlMs, 2000),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
