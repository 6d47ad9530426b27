import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { whyNoZeroPage } from '../../../lab/experiment-kit/shared-steps.ts';
import { childrenOf } from '../../../lab/isolation/child-processes.ts';
import { forkIsolated } from '../../../lab/isolation/fork-isolated.ts';
import { Budget } from '../../../lab/service/budget.ts';
import type { Report } from '../../../protocol/report.ts';
import { reportSchema } from '../../../protocol/report.ts';
import { IsolatedHand } from '../../support/another-hand.ts';
import { entryOf } from '../../support/entries.ts';
import { isMapped, isRunning, never, problemOf, TestLab } from '../../support/harness.ts';
import { forbidCoreFile } from '../../support/no-core-file.ts';
import { stepUntil } from '../../support/step-until.ts';
import { until } from '../../support/until.ts';

const entry = entryOf('isolated-entry');
const isolatedLab = (budget?: Budget) => new TestLab(() => forkIsolated(entry), budget);
const isolated = { experiment: 'first-touch', placement: 'isolated' as const };

/** What of a report does not depend on the process and the moment: calls, results, page states and claims. */
function essence(report: Report) {
  return {
    experiment: report.experiment,
    regions: report.regions.map(({ address: _, ...region }) => region),
    steps: report.steps.map(({ index, title, region, range, call, errno }) => ({
      index,
      title,
      region,
      range,
      call,
      errno,
    })),
    snapshots: report.snapshots.map(({ step, region, counts, runs }) => ({ step, region, counts, runs })),
    claims: report.claims.map(({ id, text, expected, status }) => ({ id, text, expected, status })),
    measurements: Object.keys(report.measurements),
    outcome: report.outcome,
  };
}

/** Writes into another process's memory, as a debugger does. */
function writeByte(pid: number, address: bigint): void {
  const memory = openSync(`/proc/${pid}/mem`, 'r+');
  try {
    writeSync(memory, Uint8Array.of(1), 0, 1, Number(address));
  } finally {
    closeSync(memory);
  }
}

async function run(lab: TestLab, request: Parameters<TestLab['start']>[0]) {
  const { session, pid } = await lab.start(request);
  await lab.reader.state('completed', session);
  return { session, pid, report: await lab.service.report({ session, language: 'en' }, never) };
}

describe('an isolated session', () => {
  it.each([{ pages: 48 }, { pages: 500, access: 'read', order: 'random', seed: 9 }])(
    'reports the same of %o as an inline one, from a process of its own',
    async (parameters) => {
      await using lab = isolatedLab();
      await using neighbour = new TestLab();
      const { pid, report } = await run(lab, { ...isolated, parameters });
      const inline = await run(neighbour, { experiment: 'first-touch', parameters });
      expect(pid).not.toBe(process.pid);
      expect([report.placement, inline.report.placement]).toEqual(['isolated', 'inline']);
      expect([report.pid, inline.report.pid]).toEqual([pid, process.pid]);
      expect(essence(report)).toEqual(essence(inline.report));
      const others = report.claims.flatMap(({ id, status }) => (status === 'held' ? [] : [`${id} ${status}`]));
      expect(others).toEqual('access' in parameters && whyNoZeroPage() ? ['zero-pages skipped'] : []);
    },
  );

  it('has its region in its own process, and shows this one every page of it', async () => {
    using hand = new IsolatedHand();
    for (const [name, value] of Object.entries(hand.environment)) vi.stubEnv(name, value);
    await using lab = isolatedLab();
    const { pid } = await run(lab, { ...isolated, parameters: { pages: 313 } });
    vi.unstubAllEnvs();
    const region = lab.reader.of('region')[0]?.region;
    if (!region) throw new Error('No region was told of.');
    expect([isMapped(region, pid), isMapped(region)]).toEqual([true, false]);
    const flags = () => [...(lab.reader.states.get(region.id)?.flags ?? [])].reduce((sum, byte) => sum + (byte & 1), 0);
    await lab.reader.until(() => flags() === 313);
    const range = { firstPage: 0, pageCount: 300 };
    await hand.do(region.address, { kind: 'madvise', advice: 'MADV_DONTNEED', range });
    await lab.reader.until(() => flags() === 13);
  });

  it('pauses, steps, takes a new pace and stops like an inline one', async () => {
    await using lab = isolatedLab();
    const { session } = await lab.start({ ...isolated, parameters: { pages: 3 }, paused: true, paceMs: 5000 });
    await lab.reader.pausedAfter(0);
    await lab.service.control({ session, action: 'step' }, never);
    await lab.reader.pausedAfter(1);
    await lab.service.control({ session, action: 'resume' }, never);
    await lab.service.pace({ session, paceMs: 0 }, never);
    await lab.reader.state('completed');
    const next = await lab.start({ ...isolated, parameters: { pages: 3 }, paused: true });
    await lab.service.control({ session: next.session, action: 'stop' }, never);
    await lab.reader.state('stopped', next.session);
    expect(await lab.service.program({ session }, never)).toContain('mmap(room(3, 1), 3 * page_size');
  });

  it('takes acknowledgements that come before the answer to its start', async () => {
    await using lab = isolatedLab();
    // Every step changes a page and most snapshots are overtaken: without the first acknowledgements nothing more would
    // come.
    const starting = lab.start({ ...isolated, parameters: { pages: 60 } });
    await lab.reader.until(() => lab.reader.states.get(1)?.flags.every((flags) => flags & 1) ?? false);
    await starting;
  });

  it('leaves no process when it is closed, and says that its regions are released', async () => {
    await using lab = isolatedLab();
    const { session, pid } = await run(lab, { ...isolated, parameters: { pages: 4 } });
    expect(isRunning(pid)).toBe(true);
    await lab.service.close({ session }, never);
    expect(isRunning(pid)).toBe(false);
    expect(lab.reader.of('released')).toHaveLength(1);
    expect(lab.reader.of('state').at(-1)?.state).toBe('completed');
  });

  it('ends with all that it has started', async () => {
    await using lab = new TestLab(() => forkWithSleeper(['ignore', 'ignore', 'ignore']));
    const { session, pid } = await run(lab, { ...isolated, parameters: { pages: 4 } });
    const [sleeper = 0] = childrenOf(pid);
    expect(isRunning(sleeper)).toBe(true);
    await lab.service.close({ session }, never);
    await until(() => expect(isRunning(sleeper)).toBe(false));
  });

  it('leaves no process when the reader goes away while it is being opened', async () => {
    let pid = 0;
    const forking = Promise.withResolvers<void>();
    const lab = new TestLab(async () => {
      forking.resolve();
      const child = await forkIsolated(entry);
      pid = child.pid;
      return child;
    });
    const starting = problemOf(lab.start({ ...isolated, parameters: { pages: 4 } }));
    await forking.promise;
    await lab.service.dispose();
    expect((await starting).kind).toBe('cancelled');
    expect([pid > 0, isRunning(pid)]).toEqual([true, false]);
    expect((await problemOf(lab.start(isolated))).kind).toBe('gone');
  });
});

/** As `forkIsolated` of an entry that has started another program before, with these streams. */
const forkWithSleeper = (stdio: readonly (string | number)[]) =>
  forkIsolated(entry, [
    '--import',
    `data:text/javascript,import{spawn}from"node:child_process";spawn("sleep",["60"],{stdio:${JSON.stringify(stdio)}})`,
  ]);

describe('an isolated process that dies', () => {
  it.each(['SIGKILL', 'SIGABRT', 'SIGSEGV'] as const)(
    'by %s fails its session with the signal’s name, and all that it showed can still be reported',
    async (signal) => {
      await using lab = isolatedLab();
      const { session, pid, report: before } = await run(lab, { ...isolated, parameters: { pages: 20 } });
      forbidCoreFile(pid);
      process.kill(pid, signal);
      await lab.reader.state('failed');
      const problem = lab.reader.of('state').at(-1)?.problem;
      expect([problem?.kind, problem?.signal]).toEqual(['died', signal]);
      expect(problem?.text.en).toContain(`The isolated process ${pid} ended (${signal})`);
      expect(problem?.text.zh).toContain(`（收到信号 ${signal}）`);

      const after = reportSchema.parse(await lab.service.report({ session, language: 'en' }, never));
      expect([after.outcome, after.error]).toEqual(['failed', problem?.text.en]);
      const { steps, claims, regions, measurements, placement, pid: reported } = before;
      expect(after).toMatchObject({ steps, claims, regions, measurements, placement, pid: reported });
      expect(after.samples.slice(0, before.samples.length)).toEqual(before.samples);
      expect(essence(before).snapshots).toEqual(expect.arrayContaining(essence(after).snapshots));
      expect(after.snapshots.at(-1)?.counts.resident).toBe(20);
      expect(await problemOf(lab.service.control({ session, action: 'pause' }, never))).toEqual(problem);

      // The host lives on, and the dead session's memory can be used again.
      await lab.service.close({ session }, never);
      expect((await run(lab, { ...isolated, parameters: { pages: 2 } })).report.outcome).toBe('completed');
    },
  );

  it('in the middle of the experiment leaves the steps until then', async () => {
    await using lab = isolatedLab();
    const { session, pid } = await lab.start({ ...isolated, parameters: { pages: 8 }, paused: true });
    for (let step = 1; step <= 5; step++) {
      await lab.service.control({ session, action: 'step' }, never);
      await lab.reader.pausedAfter(step);
    }
    process.kill(pid, 'SIGKILL');
    await lab.reader.state('failed');
    const report = await lab.service.report({ session, language: 'zh' }, never);
    expect(report.steps.map(({ call }) => call)).toEqual([
      'mmap',
      'madvise',
      'mincore',
      'process_vm_writev',
      'process_vm_writev',
    ]);
    expect(report.claims.map(({ id, status }) => [id, status])).toEqual([['none-before', 'held']]);
    expect(report.snapshots.at(-1)?.counts.resident).toBe(2);
    expect(report.error).toContain('SIGKILL');
  });

  it('leaves what was seen between two steps', async () => {
    await using lab = isolatedLab();
    const { session, pid } = await lab.start({ ...isolated, parameters: { pages: 9 }, paused: true });
    await stepUntil(lab, session, /^Write page 1\b/);
    const region = lab.reader.of('region')[0]?.region;
    writeByte(pid, BigInt(region?.address ?? 0) + 5n * 4096n);
    await lab.reader.until(() => ((lab.reader.states.get(1)?.flags[5] ?? 0) & 1) === 1, 'page 5 is shown as resident');
    process.kill(pid, 'SIGKILL');
    await lab.reader.state('failed');
    const report = await lab.service.report({ session, language: 'en' }, never);
    expect(report.snapshots.at(-1)?.counts.resident).toBe(2);
  });

  it('while a process that it left holds its channel open is told as dead all the same', async () => {
    await using lab = new TestLab(() => forkWithSleeper(['ignore', 'ignore', 'ignore', 3]));
    const { pid } = await run(lab, { ...isolated, parameters: { pages: 4 } });
    const [sleeper = 0] = childrenOf(pid);
    try {
      process.kill(pid, 'SIGKILL');
      await lab.reader.state('failed');
      expect([isRunning(sleeper), lab.reader.of('state').at(-1)?.problem?.signal]).toEqual([true, 'SIGKILL']);
    } finally {
      process.kill(sleeper, 'SIGKILL');
    }
  });

  it('is what happens to one that sends page states that cannot be read, and the session says so', async () => {
    let send: ((bytes: Uint8Array) => void) | undefined;
    await using lab = new TestLab(async () => {
      const child = await forkIsolated(entry);
      return {
        ...child,
        wire: {
          send: (message) => child.wire.send(message),
          onClose: (listener) => child.wire.onClose(listener),
          close: () => child.wire.close(),
          onMessage(listener) {
            send = listener;
            child.wire.onMessage(listener);
          },
        },
      };
    });
    const { session, pid, report } = await run(lab, { ...isolated, parameters: { pages: 4 } });
    send?.(new Uint8Array(64));
    await lab.reader.until(() => lab.reader.of('state').at(-1)?.state === 'failed', 'the session has failed');
    const problem = lab.reader.of('state').at(-1)?.problem;
    expect([problem?.kind, isRunning(pid)]).toEqual(['internal', false]);
    expect(problem?.text.en).toContain('page states that cannot be read');
    expect((await lab.service.report({ session, language: 'en' }, never)).steps).toEqual(report.steps);
  });

  it('while it is asked for something answers with how it died', async () => {
    await using lab = isolatedLab();
    const { session, pid } = await run(lab, { ...isolated, parameters: { pages: 4 } });
    // Stopped, it cannot answer; killed, it never will.
    process.kill(pid, 'SIGSTOP');
    const [operated, report] = [
      problemOf(lab.service.program({ session }, never)),
      lab.service.report({ session, language: 'en' }, never),
    ];
    process.kill(pid, 'SIGKILL');
    expect((await operated).signal).toBe('SIGKILL');
    expect((await report).steps).toHaveLength(8);
  });

  it('before the experiment began refuses the start, says how, and gives the memory back', async () => {
    const budget = new Budget(1 << 20);
    await using lab = new TestLab(async () => {
      const child = await forkIsolated(entry);
      child.kill();
      return child;
    }, budget);
    const problem = await problemOf(lab.start({ ...isolated, parameters: { pages: 200 } }));
    expect([problem.kind, problem.signal]).toEqual(['died', 'SIGKILL']);
    expect(lab.reader.of('state')).toEqual([]);
    expect(() => budget.take(1 << 20, { en: '', zh: '' })).not.toThrow();
  });

  it('because its program serves nothing refuses the start with its exit status', async () => {
    await using lab = new TestLab(() => forkIsolated('/dev/null'));
    const problem = await problemOf(lab.start(isolated));
    expect([problem.kind, problem.text.en]).toEqual(['died', expect.stringContaining('ended (exit status 0)')]);
  });

  it('while it is stopped is not waited for: the report is of what it showed, anything else says that it stands still', async () => {
    await using lab = new TestLab(() => forkIsolated(entry));
    const { session, pid } = await lab.start({
      experiment: 'first-touch',
      parameters: { pages: 4 },
      placement: 'isolated',
    });
    await lab.reader.state('completed');
    process.kill(pid, 'SIGSTOP');
    const [report, refused] = await Promise.all([
      lab.service.report({ session, language: 'en' }, never),
      problemOf(lab.service.program({ session }, never)),
    ]);
    expect(report.outcome).toBe('completed');
    expect(refused.text.en).toBe(
      `The isolated process ${pid} is stopped, by a signal or a debugger, and cannot answer: let it go on (kill -CONT ${pid}), or close this session.`,
    );
  });

  it.each([
    ['runs', 'SIGCONT'],
    ['is stopped', 'SIGSTOP'],
  ] as const)('with its host, when the host is killed while it %s: no process stays behind', async (_how, signal) => {
    const host = spawn(process.execPath, [entryOf('isolated-host'), 'first-touch'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // The child has the host's standard error: it is closed when the last of the two has ended.
    const bothEnded = once(host, 'close');
    host.stderr.resume();
    const [line] = await once(host.stdout, 'data');
    const child = Number(String(line));
    expect(isRunning(child)).toBe(true);
    process.kill(child, signal);
    host.kill('SIGKILL');
    await bothEnded;
    expect([isRunning(child), isRunning(host.pid ?? 0)]).toEqual([false, false]);
  });
});
