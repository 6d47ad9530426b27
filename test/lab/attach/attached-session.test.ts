import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { procStat } from '../../../native/proc/proc-stat.ts';
import { histogram, pageCounts } from '../../../protocol/counts.ts';
import { PageFlag } from '../../../protocol/flags.ts';
import { contract } from '../../../protocol/service.ts';
import { byStart, mostMappingsTold, type TargetState, targetAt, targetDiff } from '../../../protocol/target.ts';
import { attach, attachingLab, targetUntil } from '../../support/attached.ts';
import { compiledProgram, skipWithoutCompiler } from '../../support/compile.ts';
import { never, problemOf, type TestLab } from '../../support/harness.ts';
import { recordedLab, recordingPath } from '../../support/recorded.ts';
import { Target } from '../../support/target.ts';

const addressOf = (target: Target, name: string) => `0x${target.region(name).start.toString(16)}`;

const openMapping = (lab: TestLab, session: number, address: string) =>
  lab.service.openMapping({ session, address }, never);

const countsOf = (lab: TestLab, region: number) => {
  const flags = lab.reader.states.get(region)?.flags;
  return flags ? pageCounts(histogram(flags)) : undefined;
};

const residentIn = (mappings: TargetState['mappings']) =>
  [...(mappings?.values() ?? [])].reduce((sum, { residentPages }) => sum + (residentPages ?? 0), 0);

describe('a session that is attached to another process', () => {
  it('shows its mappings, and a mapping as a region whose pages follow the process', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    await using lab = attachingLab();
    const session = await attach(lab, target.pid);
    await lab.reader.state('open', session);
    const half = addressOf(target, 'half');
    const first = await targetUntil(lab, () => true);
    expect(first.mappings?.get(half)).toMatchObject({ pages: 64, residentPages: 32, kind: 'anonymous' });
    const { region } = await openMapping(lab, session, half);
    await lab.reader.until(() => countsOf(lab, region)?.resident === 32);
    expect(lab.reader.of('region').at(-1)?.region).toMatchObject({ pid: target.pid, pages: 64, address: half });
    await target.order('t');
    await lab.reader.until(() => countsOf(lab, region)?.resident === 48);
    const grown = await targetUntil(lab, ({ mappings }) => mappings?.get(half)?.residentPages === 48);
    expect(grown.total.looks).toBeGreaterThan(1);
    const titles = lab.reader.of('step').map(({ step }) => step.call);
    expect(titles).toEqual(['openat', 'ioctl']);
    expect(lab.reader.of('sample').at(-1)?.sample.vmRss).toBeGreaterThan(0);
    const report = await lab.service.report({ session, language: 'en' }, never);
    expect(report).toMatchObject({
      experiment: { id: 'attach', parameters: { pid: target.pid } },
      outcome: 'completed',
    });
  });

  it('answers the region that shows an address already, and refuses what is not mapped', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    await using lab = attachingLab();
    const session = await attach(lab, target.pid);
    const half = addressOf(target, 'half');
    const { region } = await openMapping(lab, session, half);
    expect(await openMapping(lab, session, `0x${(target.region('half').start + 8192n).toString(16)}`)).toEqual({
      region,
    });
    expect((await problemOf(openMapping(lab, session, '0x1000'))).kind).toBe('gone');
    await lab.service.closeMapping({ session, region }, never);
    expect(lab.reader.of('released').map((event) => event.region)).toContain(region);
    expect((await problemOf(lab.service.closeMapping({ session, region }, never))).kind).toBe('gone');
  });

  it('tells a mapping that is unmapped, and shows nothing of what comes in its place', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    await using lab = attachingLab();
    const session = await attach(lab, target.pid);
    const { region } = await openMapping(lab, session, addressOf(target, 'named'));
    await target.order('u');
    await lab.reader.until(() => lab.reader.of('released').some((event) => event.region === region));
    expect(lab.reader.of('step').at(-1)?.step.title.en).toMatch(/no longer mapped/);
    await targetUntil(lab, ({ mappings }) => mappings?.has(addressOf(target, 'named')) === false);
  });

  it.each([
    ['exit', /ended/],
    ['exec', /executed another program/],
  ])('is over when the process does an %s, and what was seen stays', async (how, said) => {
    const target = await Target.start();
    await using lab = attachingLab();
    const session = await attach(lab, target.pid);
    const { region } = await openMapping(lab, session, addressOf(target, 'half'));
    await lab.reader.until(() => countsOf(lab, region)?.resident === 32);
    if (how === 'exit') await target.end();
    else await target.order('e');
    await lab.reader.until(() => lab.reader.of('state').at(-1)?.state === 'failed');
    expect(lab.reader.of('state').at(-1)?.problem).toMatchObject({
      kind: 'gone',
      text: { en: expect.stringMatching(said) },
    });
    expect(countsOf(lab, region)?.resident).toBe(32);
    const report = await lab.service.report({ session, language: 'en' }, never);
    expect(report.error).toMatch(said);
    expect((await problemOf(openMapping(lab, session, addressOf(target, 'locked')))).kind).toBe('gone');
  });

  it('looks at nothing while it is not shown, and at once when it is again', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    await using lab = attachingLab();
    const session = await attach(lab, target.pid);
    const { region } = await openMapping(lab, session, addressOf(target, 'half'));
    await lab.reader.until(() => countsOf(lab, region)?.resident === 32);
    await lab.service.shown({ session, shown: false }, never);
    await target.order('t');
    const rss = lab.reader.of('sample').at(-1)?.sample.vmRss ?? 0;
    // What it holds is still told, and so that it is there: seldom.
    await lab.reader.until(() => (lab.reader.of('sample').at(-1)?.sample.vmRss ?? 0) >= rss + 16 * 4096);
    expect(lab.reader.of('sample').at(-1)?.looked).toEqual([]);
    expect(countsOf(lab, region)?.resident).toBe(32);
    await lab.service.shown({ session, shown: true }, never);
    await lab.reader.until(() => countsOf(lab, region)?.resident === 48);
  });

  it('refuses a pid that is another process’s by now, one of the kernel’s, and one that is nobody’s', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    await using lab = attachingLab();
    const stat = procStat(target.pid);
    if (stat.errno !== null) throw new Error('The target is there.');
    expect((await problemOf(attach(lab, target.pid, stat.startTicks + 1))).kind).toBe('gone');
    await attach(lab, target.pid, stat.startTicks);
    expect((await problemOf(attach(lab, 2))).text.en).toMatch(/thread of the kernel|no process 2/);
    expect((await problemOf(attach(lab, 2 ** 22 + 1))).kind).toBe('bad-input');
  });

  it('reads smaps when it is asked to, and says when that was', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    await using lab = attachingLab();
    const session = await attach(lab, target.pid);
    const before = await targetUntil(lab, () => true);
    expect(before.smaps?.stale).toBe(false);
    await lab.service.smaps({ session }, never);
    const after = await targetUntil(lab, ({ mappings }) => mappings?.get(addressOf(target, 'half'))?.pssBytes !== null);
    expect(after.mappings?.get(addressOf(target, 'half'))?.pssBytes).toBe(32 * 4096);
    const { region } = await openMapping(lab, session, addressOf(target, 'locked'));
    await lab.reader.until(() => lab.reader.states.has(region));
    const locked = lab.reader.states.get(region)?.flags.filter((byte) => byte & PageFlag.Locked).length;
    expect(locked).toBe(target.mayLock ? 16 : 0);
  });

  it('is recorded, and reopened with its list of mappings at every instant', async (context) => {
    skipWithoutCompiler(context);
    const file = recordingPath();
    const target = await Target.start();
    const half = addressOf(target, 'half');
    {
      await using lab = recordedLab(file);
      const session = await attach(lab, target.pid);
      await targetUntil(lab, () => true);
      const { region } = await openMapping(lab, session, half);
      await lab.reader.until(() => countsOf(lab, region)?.resident === 32);
      await target.order('t');
      await lab.reader.until(() => countsOf(lab, region)?.resident === 48);
      const { mappings } = await targetUntil(lab, (state) => state.mappings?.get(half)?.residentPages === 48);
      const seen = residentIn(mappings);
      await target.order('m');
      // It may be joined to a neighbour: its pages tell.
      await targetUntil(lab, ({ mappings }) => residentIn(mappings) >= seen + 100);
    }
    await using lab = attachingLab();
    const reopened = await lab.service.reopen(contract.reopen.request.parse({ file }), never);
    expect(reopened).toMatchObject({ experiment: { id: 'attach' }, pid: target.pid });
    await lab.reader.state('completed');
    await lab.reader.until(() => countsOf(lab, 1)?.resident === 48);
    const told = lab.reader.of('target').map((event) => event.target);
    const [first, last] = [told[0], told.at(-1)];
    const before = targetAt(told, first?.takenNs ?? 0);
    const after = targetAt(told, last?.takenNs ?? 0);
    expect(before?.mappings?.get(half)?.residentPages).toBe(32);
    if (!before || !after) throw new Error('Both were told.');
    const listOf = ({ mappings }: TargetState) => [...(mappings?.values() ?? [])].sort(byStart);
    const diff = targetDiff(listOf(before), listOf(after));
    expect(diff[0]).toMatchObject({
      change: expect.stringMatching(/came|grew/),
      sizeDeltaPages: 100,
      residentDeltaPages: 100,
    });
    expect(diff.find(({ start }) => start === half)).toMatchObject({ change: 'same', residentDeltaPages: 16 });
    const request = { session: reopened.session, language: 'en' } as const;
    expect(await lab.service.export({ ...request, format: 'html' }, never)).toContain(`Process ${target.pid}`);
    const c = await problemOf(lab.service.export({ ...request, format: 'c' }, never));
    expect(c.kind).toBe('bad-input');
  });
});

/** A C program that says `ready` when it is, and what it prints before. */
async function running(source: string, context: Parameters<typeof skipWithoutCompiler>[0]) {
  skipWithoutCompiler(context);
  const program = compiledProgram(source);
  const child = spawn(program.path, { stdio: ['pipe', 'pipe', 'inherit'] });
  context.onTestFinished(() => {
    child.kill('SIGKILL');
    program[Symbol.dispose]();
  });
  await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  return child.pid ?? 0;
}

describe('a process that is hard to look at', () => {
  it('has very many mappings: all are told, in pieces', async (context) => {
    const many = 20_000;
    const pid = await running(
      `#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
int main(void) {
  long page = sysconf(_SC_PAGESIZE);
  char *all = mmap(NULL, ${many} * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) return 1;
  for (long i = 0; i < ${many}; i += 2) if (mprotect(all + i * page, page, PROT_READ) != 0) return 1;
  puts("ready");
  fflush(stdout);
  pause();
}`,
      context,
    );
    await using lab = attachingLab();
    await attach(lab, pid);
    const { mappings } = await targetUntil(lab, () => true);
    expect(mappings?.size).toBeGreaterThanOrEqual(many);
    for (const { target } of lab.reader.of('target'))
      expect(target.mappings?.length).toBeLessThanOrEqual(mostMappingsTold);
  });

  it('maps and unmaps as fast as it can: it is looked at, and its session goes on', async (context) => {
    const pid = await running(
      `#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
int main(void) {
  puts("ready");
  fflush(stdout);
  for (;;) {
    char *one = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (one == MAP_FAILED) return 1;
    for (long i = 0; i < 1 << 20; i += 4096) one[i] = 1;
    munmap(one, 1 << 20);
  }
}`,
      context,
    );
    await using lab = attachingLab();
    const session = await attach(lab, pid);
    const first = await targetUntil(lab, () => true);
    const stack = [...(first.mappings?.values() ?? [])].find(({ kind }) => kind === 'stack');
    const { region } = await openMapping(lab, session, stack?.start ?? '0x0');
    await lab.reader.until(() => lab.reader.of('target').length >= 5);
    expect(countsOf(lab, region)?.resident).toBeGreaterThan(0);
    expect(lab.reader.of('state').at(-1)?.state).toBe('open');
  });

  it('has a mapping that grows: its region goes, and a new one has all of it', async (context) => {
    const pid = await running(
      `#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
int main(void) {
  sigset_t usr1;
  int got;
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  sigprocmask(SIG_BLOCK, &usr1, NULL);
  char *heap = sbrk(64 * 4096);
  heap[0] = 1;
  puts("ready");
  fflush(stdout);
  sigwait(&usr1, &got);
  char *more = sbrk(64 * 4096);
  for (long i = 0; i < 64; i++) more[i * 4096] = 1;
  pause();
}`,
      context,
    );
    await using lab = attachingLab();
    const session = await attach(lab, pid);
    const { mappings } = await targetUntil(lab, () => true);
    const heap = [...(mappings?.values() ?? [])].find(({ kind }) => kind === 'heap');
    const { region } = await openMapping(lab, session, heap?.start ?? '0x0');
    process.kill(pid, 'SIGUSR1');
    await lab.reader.until(() => lab.reader.of('region').length === 2 && lab.reader.of('step').length === 3);
    expect(lab.reader.of('released').map((event) => event.region)).toEqual([region]);
    const grown = lab.reader.of('region').at(-1)?.region;
    expect(grown).toMatchObject({ address: heap?.start, pages: (heap?.pages ?? 0) + 64, name: '[heap]' });
    expect(lab.reader.of('step').at(-1)?.step.title.en).toMatch(/^heap grew from/);
    await lab.reader.until(() => (countsOf(lab, grown?.id ?? 0)?.resident ?? 0) >= 65);
  });

  it('has a name with escapes, which no text repeats', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start('\u001b[31mred\u0007');
    const file = recordingPath();
    {
      await using lab = recordedLab(file);
      await attach(lab, target.pid);
      await targetUntil(lab, () => true);
    }
    await using lab = attachingLab();
    const { experiment } = await lab.service.reopen(contract.reopen.request.parse({ file }), never);
    expect(experiment.title.en).toBe(`Process ${target.pid} ?[31mred?`);
  });

  it('forbids that its maps are read: what the world may read is told, and why the rest is not', async (context) => {
    skipWithoutCompiler(context);
    if (process.getuid?.() === 0) return context.skip('root may read the maps of every process');
    const target = await Target.start('target', ['not-dumpable']);
    await using lab = attachingLab();
    const session = await attach(lab, target.pid);
    const { mappings, reasons, process: row } = await targetUntil(lab, () => true);
    expect(mappings).toBeNull();
    expect(reasons.length).toBeGreaterThan(0);
    expect(row.rssBytes).toBeGreaterThan(0);
    expect((await problemOf(openMapping(lab, session, '0x1000'))).kind).toBe('cannot-run-here');
  });
});
