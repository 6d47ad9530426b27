import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { forkIsolated } from '../../../lab/isolation/fork-isolated.ts';
import { listRecordings, recordingsFolder, tidyRecordings } from '../../../lab/recordings/folder.ts';
import { Keeper } from '../../../lab/recordings/keeper.ts';
import { recordingLimits } from '../../../lab/recordings/limits.ts';
import { RecordingFile } from '../../../lab/recordings/recording-file.ts';
import { threadCpuNs } from '../../../native/calls/thread-cpu.ts';
import { FrameStream } from '../../../protocol/frame-stream.ts';
import { byTheClock } from '../../support/by-the-clock.ts';
import { entryOf } from '../../support/entries.ts';
import { isRunning, never, TestLab } from '../../support/harness.ts';
import { recordingHeader, recordingPath } from '../../support/recorded.ts';
import { SlowDisk } from '../../support/slow-disk.ts';
import { stepUntil } from '../../support/step-until.ts';
import { until } from '../../support/until.ts';

let data = '';
beforeEach(() => {
  data = dirname(recordingPath());
  vi.stubEnv('XDG_DATA_HOME', data);
  vi.stubEnv('PAGESCOPE_RECORDINGS_MIB', '64');
  onTestFinished(() => void vi.unstubAllEnvs());
});

/** A keeper on a disk, and the processes that it has had, the newest last. */
function keeperOf(disk: Partial<NodeJS.ProcessEnv> = {}) {
  const pids: number[] = [];
  const keeper = new Keeper(recordingsFolder(), async () => {
    for (const [name, value] of Object.entries(disk)) vi.stubEnv(name, value);
    const starting = forkIsolated(entryOf('keeper-entry'));
    for (const name of Object.keys(disk)) vi.stubEnv(name, undefined);
    const child = await starting;
    pids.push(child.pid);
    return child;
  });
  return { keeper, pids };
}

/** An engine whose sessions a keeper records. */
function keptLab(disk?: Partial<NodeJS.ProcessEnv>) {
  const { keeper, pids } = keeperOf(disk);
  const lab = new TestLab(() => forkIsolated(entryOf('isolated-entry')), undefined, keeper.begin);
  const end = async () => {
    await lab.service.dispose();
    await keeper.close();
  };
  onTestFinished(end);
  return { lab, pids, end };
}

const touch = (pages: number) => ({ experiment: 'first-touch', parameters: { pages } });
/** Whether the file has no log any more: its writer has finished it. */
const finished = (file: string) => existsSync(file) && readFileSync(file)[18] === 1;

function stepsIn(file: string): number {
  using recording = new RecordingFile(file);
  return recording.report('en').steps.length;
}

describe('a keeper', () => {
  it('records each session of its host into a file of its own, which is finished when the session ends', async () => {
    const { lab, pids, end } = keptLab();
    const first = await lab.start(touch(5));
    await lab.reader.state('completed', first.session);
    const second = await lab.start({ ...touch(7), placement: 'isolated' });
    await lab.reader.state('completed', second.session);
    const files = lab.reader.of('recording').map(({ file }) => file);
    await lab.service.close({ session: first.session }, never);
    await until(() => expect(files.map(finished)).toEqual([true, false]));
    await end();
    expect(files.map(finished)).toEqual([true, true]);
    expect(pids.map(isRunning)).toEqual([false]);
    const listed = await listRecordings(recordingsFolder());
    expect(listed.map(({ file }) => file).sort()).toEqual([...files].sort());
    for (const [index, pages] of [5, 7].entries()) {
      using recording = new RecordingFile(files[index] ?? '');
      const { regions, claims, outcome } = recording.report('en');
      expect([regions[0]?.pages, claims.length, outcome]).toEqual([pages, 5, 'completed']);
    }
    expect(listed[0]?.read).toMatchObject({ outcome: 'completed', claims: { held: 5, failed: 0, skipped: 0 } });
    expect((statSync(recordingsFolder()).mode & 0o777).toString(8)).toBe('700');
    expect((statSync(files[0] ?? '').mode & 0o777).toString(8)).toBe('600');
  });

  it('that dies leaves sessions that go on and say so; the next session has another keeper', async () => {
    const { lab, pids } = keptLab();
    const { session } = await lab.start({ ...touch(6), paused: true });
    await lab.reader.pausedAfter(0);
    await lab.reader.until(() => lab.reader.of('recording').length > 0);
    await until(() => expect(pids).toHaveLength(1));
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await lab.reader.until(() => lab.reader.of('recording').length > 1, 'it is told that it is unrecorded');
    expect(lab.reader.of('recording').at(-1)?.problem?.text.en).toMatch(
      /^The session is unrecorded from step 0 on: the process that writes recordings has ended/,
    );
    await lab.service.control({ session, action: 'resume' }, never);
    await lab.reader.state('completed');
    const next = await lab.start(touch(3));
    await lab.reader.state('completed', next.session);
    await lab.service.close({ session: next.session }, never);
    expect(pids).toHaveLength(2);
    const last = lab.reader.of('recording').at(-1)?.file ?? '';
    await until(() => expect(finished(last)).toBe(true));
  });

  it('does not end by the signals that a terminal sends to all', async () => {
    const { lab, pids, end } = keptLab();
    const { session } = await lab.start(touch(4));
    await lab.reader.state('completed');
    await until(() => expect(pids).toHaveLength(1));
    await lab.reader.until(() => lab.reader.of('recording').length > 0, 'it is told where it is recorded');
    const { file } = lab.reader.of('recording')[0] ?? { file: '' };
    expect(existsSync(file)).toBe(true);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pids[0] ?? 0, signal);
    await lab.service.close({ session }, never);
    await until(() => expect(finished(file)).toBe(true));
    expect(isRunning(pids[0] ?? 0)).toBe(true);
    await end();
  });

  it('whose disk is full ends the recording, and the session goes on and says from which step it is unrecorded', async () => {
    const { lab, pids } = keptLab();
    const { session } = await lab.start({ ...touch(60), paused: true });
    await lab.reader.until(() => lab.reader.of('recording').length > 0, 'its file is there');
    const { file = '' } = lab.reader.of('recording')[0] ?? {};
    await stepUntil(lab, session, /^Write page 2\b/);
    await until(() => expect(stepsIn(file)).toBeGreaterThan(3));
    execFileSync('prlimit', ['--pid', String(pids[0]), `--fsize=${statSync(`${file}-wal`).size + 16_384}`]);
    await lab.service.control({ session, action: 'resume' }, never);
    await lab.reader.state('completed');
    await lab.reader.until(() => lab.reader.of('recording').length > 1, 'it is told that it is unrecorded');
    const [, told] = lab.reader.of('recording');
    expect(told?.problem?.text.en).toMatch(/^The session is unrecorded from step \d+ on: .* cannot be written to: /);
    expect(stepsIn(file)).toBeGreaterThan(3);
  });

  it(
    'on a disk of 2 MB/s leaves its host its time: each frame costs that under a millisecond, and none is lost',
    byTheClock,
    async () => {
      using disk = new SlowDisk();
      const { keeper } = keeperOf(disk.environment({ usPerKib: 500, msPerSync: 50 }));
      const recording = keeper.begin(recordingHeader(), ({ text }) => expect.fail(text.en));
      await recording.made;
      const [pages, frames] = [65_536, 300];
      const region = { id: 1, label: 'A', address: '0x1000', length: pages * 4096, pages } as const;
      recording.event({ kind: 'region', session: 1, region: { ...region, kind: 'anonymous', protection: 'rw-p' } });
      const made: Uint8Array[] = [];
      const stream = new FrameStream(1, 1, (bytes) => made.push(bytes));
      const flags = new Uint8Array(pages);
      const [spentMs, elapsedMs]: [number[], number[]] = [[], []];
      for (let frame = 0; frame < frames; frame++) {
        for (let page = frame; page < pages; page += 997) flags[page] = (flags[page] ?? 0) ^ 3;
        stream.add({ flags, takenNs: frame * 1e8, step: -1, unknown: 0 });
        stream.flush();
        const [began, spent] = [performance.now(), threadCpuNs()];
        for (const bytes of made.splice(0)) recording.frame(bytes);
        const sample = { tNs: frame * 1e8, vmLck: 0, vmRss: 0, minorFaults: 0, majorFaults: 0 };
        recording.event({ kind: 'sample', session: 1, sample, looked: [1] });
        // It is sent at the end of this turn.
        await Promise.resolve();
        spentMs.push((threadCpuNs() - spent) / 1e6);
        elapsedMs.push(performance.now() - began);
        await setImmediate();
      }
      const [file = ''] = readdirSync(recordingsFolder()).filter((name) => name.endsWith('.pagescope'));
      const whole = join(recordingsFolder(), file);
      const framesIn = () => {
        using opened = new RecordingFile(whole);
        return [...opened.snapshots()].length;
      };
      // The disk is behind.
      expect(framesIn()).toBeLessThan(frames);
      const share = (all: number[], part: number) => all.toSorted((a, b) => a - b)[Math.floor(frames * part)];
      expect(share(spentMs, 0.99)).toBeLessThan(1);
      // Neither does it stand and wait: others may have the processor for a while.
      expect(share(elapsedMs, 0.5)).toBeLessThan(1);
      recording.end();
      await until(() => expect(finished(whole)).toBe(true));
      expect(framesIn()).toBe(frames);
      await keeper.close();
    },
  );

  it('whose disk has no room left, and is slow, ends the recording; the session goes on, and what was written opens', async () => {
    using disk = new SlowDisk();
    const { lab } = keptLab(disk.environment({ usPerKib: 100, msPerSync: 10, room: 300_000 }));
    await lab.start(touch(60));
    await lab.reader.state('completed');
    const told = () => lab.reader.of('recording').at(-1);
    await lab.reader.until(() => told()?.problem !== undefined, 'it is told that it is unrecorded');
    expect(told()?.problem?.text.en).toMatch(
      /^The session is unrecorded from step \d+ on: .* cannot be written to: database or disk is full\. What came before is in it; make room, and run again\.$/,
    );
    expect(lab.reader.of('step')).toHaveLength(64);
    expect(stepsIn(told()?.file ?? '')).toBeGreaterThan(3);
  });

  it('that stands still ends the recording when 64 MiB wait for it, and its host does not wait for it', async () => {
    const { keeper, pids } = keeperOf();
    const failures: string[] = [];
    const recording = keeper.begin(recordingHeader(), ({ text }) => failures.push(text.en));
    await recording.made;
    process.kill(pids[0] ?? 0, 'SIGSTOP');
    for (let mebibyte = 0; mebibyte < 70; mebibyte++) {
      recording.frame(new Uint8Array(1 << 20));
      await setImmediate();
    }
    recording.end();
    expect(failures).toEqual([
      'The session is unrecorded from step 0 on: the disk is too slow for it. What came before is kept.',
    ]);
    expect(await keeper.close()).toBe(false);
    process.kill(pids[0] ?? 0, 'SIGKILL');
  });

  it('whose folder cannot be made lets the session go on unrecorded, with the reason', async () => {
    writeFileSync(join(data, 'pagescope'), 'a file');
    const { lab, pids } = keptLab();
    await lab.start(touch(3));
    await lab.reader.state('completed');
    const [told] = lab.reader.of('recording');
    expect(told?.problem?.text.en).toMatch(/^The folder of recordings cannot be made: (ENOTDIR|EEXIST).*XDG_DATA_HOME/);
    expect(pids).toEqual([]);
  });
});

describe('the folder of recordings', () => {
  it('is where XDG_DATA_HOME says, unless that is relative', () => {
    expect(recordingsFolder({ XDG_DATA_HOME: '/data' })).toBe('/data/pagescope/recordings');
    expect(recordingsFolder({ XDG_DATA_HOME: 'data' })).toMatch(/^\/.*\/\.local\/share\/pagescope\/recordings$/);
  });

  it('has a limit that the environment can set, and says what is no limit', () => {
    const limits = (given: string) => recordingLimits({ PAGESCOPE_RECORDINGS_MIB: given });
    expect([limits('8'), limits('0')]).toEqual([
      { totalBytes: 2 ** 23, mostBytes: 2 ** 21, fixed: true },
      { totalBytes: 0, mostBytes: 0, fixed: true },
    ]);
    expect(() => limits('many')).toThrow('PAGESCOPE_RECORDINGS_MIB is "many"');
  });

  it('loses the oldest over its limit; those in kept/, and one that is being written, stay', async () => {
    const { lab, end } = keptLab();
    const ids: number[] = [];
    for (let run = 0; run < 3; run++) {
      const { session } = await lab.start(touch(2 + run));
      await lab.reader.state('completed', session);
      ids.push(session);
    }
    await lab.service.close({ session: ids[0] ?? 0 }, never);
    await lab.service.close({ session: ids[1] ?? 0 }, never);
    await lab.reader.until(() => lab.reader.of('recording').length === 3, 'all three are recorded');
    const [oldest = '', newer = '', live = ''] = lab.reader.of('recording').map(({ file }) => file);
    await until(() => expect([oldest, newer].map(finished)).toEqual([true, true]));
    const kept = join(recordingsFolder(), 'kept');
    mkdirSync(kept);
    utimesSync(oldest, 1, 1);
    utimesSync(newer, 2, 2);
    tidyRecordings(recordingsFolder(), statSync(newer).size);
    expect([oldest, newer, live].map(existsSync)).toEqual([false, true, true]);
    renameSync(newer, join(kept, 'mine.pagescope'));
    tidyRecordings(recordingsFolder(), 0);
    expect(readdirSync(kept)).toEqual(['mine.pagescope']);
    expect(existsSync(live)).toBe(true);
    expect((await listRecordings(recordingsFolder())).map((each) => each.kept)).toEqual([false, true]);
    await end();
  });
});
