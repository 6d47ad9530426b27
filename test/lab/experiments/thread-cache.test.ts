import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { childrenOf } from '../../../lab/isolation/child-processes.ts';
import { csv } from '../../../lab/reports/csv.ts';
import type { Report } from '../../../protocol/report.ts';
import { byTheClock } from '../../support/by-the-clock.ts';
import { compileAndRun, skipWithoutCompiler } from '../../support/compile.ts';
import { entryOf } from '../../support/entries.ts';
import { isRunning, never, problemOf } from '../../support/harness.ts';
import { inTime } from '../../support/in-time.ts';
import { isolatingLab, runAndProgram } from '../../support/locking.ts';
import { forbidCoreFile } from '../../support/no-core-file.ts';
import { sharedLibrary } from '../../support/shared-library.ts';
import { notHeld, reportOf, users } from '../../support/users.ts';

const hostEntry = entryOf('isolated-host');

const ownMalloc = fileURLToPath(new URL('../../support/own-malloc.c', import.meta.url));

/** For libraries that end by a signal: a core file of Node is no part of a test. */
const noCore = `
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#define NO_CORE setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0})
`;

const short = { milliseconds: 10 };

/** Without those that a busy machine does not let anybody tell. */
const surelyNotHeld = (report: Report) =>
  notHeld(report).filter((claim) => !/ skipped: (?:too noisy|this process may use one CPU)/.test(claim));

/** One run for the tests of what a run tells. */
let told: ReturnType<typeof runAndProgram> | undefined;
function threeThreads() {
  told ??= (async () => {
    await using lab = isolatingLab();
    return await runAndProgram(lab, 'thread-cache', { ...short, threads: 3 });
  })();
  return told;
}

function barsOf({ result }: Report) {
  if (result?.figure.kind !== 'bars') throw new Error('it draws no bars');
  return result.figure.bars;
}

/** What came of a library that is preloaded, which is to leave the other columns alone. */
async function withPreload(preload: string): Promise<{ notes: string[]; starts: string[] }> {
  await using lab = isolatingLab();
  const { report } = await runAndProgram(lab, 'thread-cache', { ...short, threads: 1, preload });
  expect(notHeld(report).filter((claim) => /^(?:hoards|gives-back|one-arena)/.test(claim))).toEqual([]);
  const bars = barsOf(report);
  expect(bars.slice(0, 3).every(({ value }) => value !== null && value > 0)).toBe(true);
  expect(bars.slice(3).map(({ tone }) => tone)).toEqual(['refused']);
  const starts = report.steps.filter(({ call }) => call === 'execve').map(({ outcome }) => outcome ?? '');
  return { notes: bars.slice(3).map(({ note }) => note ?? ''), starts };
}

async function untilGone(pids: readonly number[]): Promise<void> {
  const gone = async () => {
    while (pids.some(isRunning)) await setTimeout(5);
  };
  await inTime(gone(), () => `the processes ${pids.join()} have ended`);
}

describe('thread-cache', () => {
  it.each(users())('holds every claim for $name', byTheClock, async (user) => {
    const report = await reportOf(user, 'thread-cache');
    expect(surelyNotHeld(report)).toEqual([]);
    expect(report.claims).toHaveLength(6);
    const { measurements } = report;
    expect(measurements.clockReadNs).toBeGreaterThan(0);
    for (const setting of ['default', 'noTcache', 'oneArena']) {
      for (const name of ['OnePerSecond', 'OneBatchP50Ns', 'AllPerSecond', 'AllBatchP99Ns'])
        expect(measurements[`${setting}${name}`], `${setting}${name}`).toBeGreaterThan(0);
    }
  });

  it('draws a bar for each setting with one thread and with all, with what each costs', async () => {
    const { report } = await threeThreads();
    expect(
      barsOf(report)
        .map(({ label }) => label)
        .slice(0, 6),
    ).toEqual(
      ['glibc', 'glibc, tcache off', 'glibc, one arena'].flatMap((name) => [`${name}, 1 thread`, `${name}, 3 threads`]),
    );
    for (const { note } of barsOf(report))
      expect(note).toMatch(/^10 operations: p50 .*, p99 .*; waits: [\d,]+; a thread/);
    expect(report.steps.find(({ index }) => index === report.result?.keyStep)?.call).toBe('regcomp');
  });

  it('has the whole histogram of each bar in its report, and as a table of the CSV', async () => {
    const { report } = await threeThreads();
    const rows = csv(report, 'histogram').split('\r\n').slice(1, -1);
    for (const { label, buckets = [], note } of barsOf(report)) {
      const ends = buckets.map(([end]) => end);
      expect(ends, label).toEqual(ends.toSorted((one, other) => one - other));
      const inTable = rows.filter((row) => row.startsWith(`"${label}",`) || row.startsWith(`${label},`));
      expect(inTable.length, note).toBe(buckets.length);
      expect(buckets.length, label).toBeGreaterThan(0);
    }
  });

  it('has nobody to wait for with one thread', async () => {
    await using lab = isolatingLab();
    const { report } = await runAndProgram(lab, 'thread-cache', { ...short, threads: 1 });
    const of = ['arenas-faster', 'waits'];
    expect(notHeld(report).filter((claim) => of.some((id) => claim.startsWith(id)))).toEqual(
      of.map((id) => `${id} skipped: one thread alone has nobody to wait for`),
    );
    expect(report.result?.text).toMatch(/^One thread ran regcomp and regfree at /);
  });

  it('says that threads do not meet on one CPU', async () => {
    const one = { name: 'a user of one CPU', prefix: ['taskset', '-c', '0'] };
    const { claims } = await reportOf(one, 'thread-cache', short);
    const skipped = claims.filter(({ reason }) => reason?.includes('may use one CPU'));
    expect(skipped.map(({ id }) => id)).toEqual(['arenas-faster', 'waits']);
  });

  it('measures another allocator beside glibc’s', async (context) => {
    skipWithoutCompiler(context);
    using library = sharedLibrary(readFileSync(ownMalloc, 'utf8'));
    await using lab = isolatingLab();
    const { report } = await runAndProgram(lab, 'thread-cache', { ...short, preload: library.path });
    const bars = barsOf(report).slice(6);
    expect(bars.map(({ label }) => label)).toEqual(['library.so, 1 thread', 'library.so, 2 threads']);
    for (const { value, note } of bars)
      expect([value !== null && value > 0, note]).toEqual([true, expect.stringMatching(/keeps unknown$/)]);
  });

  it('says that a preload is missing, in the loader’s words, and measures the others', async () => {
    const { notes } = await withPreload('/nowhere/libnone.so');
    expect(new Set(notes)).toEqual(
      new Set([expect.stringMatching(/does not serve.*libnone\.so.*cannot be preloaded/)]),
    );
  });

  it('says that a preload is no allocator', async (context) => {
    skipWithoutCompiler(context);
    using library = sharedLibrary('int no_allocator(void) { return 1; }');
    expect((await withPreload(library.path)).notes[0]).toMatch(
      /^it does not serve, regcomp still allocates by glibc’s malloc$/,
    );
  });

  it.each([
    ['at its start', '__attribute__((constructor)) static void end(void) { NO_CORE; abort(); }', /SIGABRT/],
    [
      'with words',
      '__attribute__((constructor)) static void end(void) { fputs("no luck\\n", stderr); exit(3); }',
      /exit status 3: no luck/,
    ],
  ])('says how a preload ended that crashes %s', async (_when, source, how) => {
    using library = sharedLibrary(`${noCore}${source}`);
    const { notes, starts } = await withPreload(library.path);
    expect(notes[0]).toMatch(how);
    expect(starts.at(-1)).toBe(notes[0]);
  });

  it.each([
    [{ threads: 17 }, /^threads is 17, which is out of bounds; give a number from 1 to 16/],
    [{ threads: 0 }, /^threads is 0, which is out of bounds; give a number from 1 to 16/],
    [{ preload: '/a b.so' }, /^preload has “\/a b\.so”, and LD_PRELOAD takes spaces/],
  ])('refuses %j in a sentence', async (parameters, sentence) => {
    await using lab = isolatingLab();
    const { kind, text } = await problemOf(lab.start({ experiment: 'thread-cache', parameters }));
    expect([kind, text.en]).toEqual(['bad-input', expect.stringMatching(sentence)]);
  });

  it('stops amid a measurement, and leaves no process', async () => {
    await using lab = isolatingLab();
    const { session, pid } = await lab.start({ experiment: 'thread-cache', parameters: { milliseconds: 500 } });
    const started = () => lab.reader.of('step').filter(({ step }) => step.call === 'execve').length;
    await lab.reader.until(() => started() === 3, 'the first round begins');
    const children = childrenOf(pid);
    expect(children).toHaveLength(3);
    const before = performance.now();
    await lab.service.control({ session, action: 'stop' }, never);
    // A round takes three seconds.
    expect(performance.now() - before).toBeLessThan(1500);
    expect(lab.reader.of('state').at(-1)?.state).toBe('stopped');
    await untilGone(children);
  });

  it('leaves no process behind when its host is killed', async () => {
    const host: ChildProcess = spawn(process.execPath, [hostEntry, 'thread-cache', '^Round 2'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [told] = await once(host.stdout ?? host, 'data');
    const pid = Number(told);
    const children = childrenOf(pid);
    expect(children).toHaveLength(3);
    host.kill('SIGKILL');
    await untilGone([pid, ...children]);
  });

  it('leaves no process behind when it is killed itself', async () => {
    await using lab = isolatingLab();
    const { pid } = await lab.start({ experiment: 'thread-cache', parameters: { milliseconds: 500 } });
    await lab.reader.until(() => lab.reader.of('step').some(({ step }) => step.call === 'execve'), 'one has started');
    const children = childrenOf(pid);
    forbidCoreFile(pid);
    process.kill(pid, 'SIGKILL');
    await untilGone(children);
  });

  it('is a C program that measures the same settings', async (context) => {
    skipWithoutCompiler(context);
    const { report, program } = await threeThreads();
    const printed = compileAndRun(program);
    const rates = Array.from(printed.matchAll(/threads: (\d), operations a second: (\d+)/g), ([, threads]) => threads);
    // Each in five rounds.
    expect(rates).toHaveLength(5 * barsOf(report).length);
    expect(new Set(rates)).toEqual(new Set(['1', '3']));
    expect(printed).toContain('GLIBC_TUNABLES=glibc.malloc.tcache_count=0');
    const kept = (setting: string) => Number(new RegExp(`^${setting}\\n.*\\n.*keeps (\\d+)$`, 'm').exec(printed)?.[1]);
    expect(kept('as it is')).toBeGreaterThan(150_000);
    expect(kept('GLIBC_TUNABLES=glibc.malloc.tcache_count=0')).toBeLessThan(32_768);
  });
});
