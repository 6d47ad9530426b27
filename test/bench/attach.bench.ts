/** What a session of another process costs: its first page grid, a long list of mappings, and one that stands still. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { childrenOf } from '../../lab/isolation/child-processes.ts';
import { attach, attachingLab, targetUntil } from '../support/attached.ts';
import { longestBlockMs, median, type Row, row } from '../support/bench/row.ts';
import { compiledProgram } from '../support/compile.ts';
import { never } from '../support/harness.ts';

const busy = readFileSync(fileURLToPath(new URL('../support/bench/busy.c', import.meta.url)), 'utf8');
const vmas = `#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
int main(int count, char **words) {
  long many = count > 1 ? atol(words[1]) : 2, page = sysconf(_SC_PAGESIZE);
  char *all = mmap(NULL, many * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) return 1;
  for (long i = 0; i < many; i += 2) if (mprotect(all + i * page, page, PROT_READ) != 0) return 1;
  puts("ready");
  fflush(stdout);
  pause();
}
`;
const gibibytes = 4;
const mappings = 60_000;
const restMs = 10_000;

/** Does something with a program that runs, and ends it. */
async function during<T>(source: string, words: readonly string[], act: (pid: number) => Promise<T>): Promise<T> {
  using program = compiledProgram(source);
  const target = spawn(program.path, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await once(target.stdout, 'data');
    return await act(target.pid ?? 0);
  } finally {
    target.kill('SIGKILL');
    await once(target, 'close');
  }
}

/** CPU time of our isolated processes and our own, in ms. schedstat: proc_pid_schedstat(5) */
function cpuMs(target: number): number {
  const { user, system } = process.cpuUsage();
  const threads = childrenOf(process.pid)
    .filter((pid) => pid !== target)
    .flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/schedstat`));
  const spent = threads.map((file) => Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6);
  return spent.reduce((sum, each) => sum + each, (user + system) / 1e3);
}

/** From the request to the first frame of a mapping, and our CPU of one while nothing moves. */
async function large(pid: number): Promise<{ gridMs: number; cpuPercent: number }> {
  await using lab = attachingLab();
  const session = await attach(lab, pid, undefined, 10);
  const { mappings: all } = await targetUntil(lab, () => true);
  const largest = [...(all?.values() ?? [])].toSorted((a, b) => b.pages - a.pages)[0];
  const gridMs: number[] = [];
  for (let round = 0; round < 3; round++) {
    const before = lab.reader.frames;
    const began = performance.now();
    const { region } = await lab.service.openMapping({ session, address: largest?.start ?? '0x0' }, never);
    await lab.reader.until(() => lab.reader.frames > before);
    gridMs.push(performance.now() - began);
    await lab.service.closeMapping({ session, region }, never);
  }
  await setTimeout(restMs / 2);
  const before = cpuMs(pid);
  await setTimeout(restMs);
  return { gridMs: median(gridMs), cpuPercent: ((cpuMs(pid) - before) / restMs) * 100 };
}

const busyMib = 1536;

/** A busy process with its largest mappings open: p99.9 of its mmap alone and while it is attached to, and our CPU. */
async function perturbed(): Promise<{ aloneUs: number; attachedUs: number; cpuPercent: number; frames: number }> {
  using program = compiledProgram(busy);
  const target = spawn(program.path, [`${busyMib}`], { stdio: ['pipe', 'pipe', 'inherit'] });
  const pid = target.pid ?? 0;
  const percentile = async () => {
    target.stdin.write('\n');
    const [printed] = await once(target.stdout, 'data');
    return Number(String(printed).split(' ')[1]) / 1000;
  };
  try {
    await once(target.stdout, 'data');
    await setTimeout(restMs / 2);
    const aloneUs = await percentile();
    await using lab = attachingLab();
    const session = await attach(lab, pid, undefined, 10);
    const { mappings: all } = await targetUntil(lab, () => true);
    const largest = [...(all?.values() ?? [])].toSorted((a, b) => b.pages - a.pages).slice(0, 3);
    for (const { start } of largest) await lab.service.openMapping({ session, address: start }, never);
    await setTimeout(restMs / 2);
    await percentile();
    const [before, frames] = [cpuMs(pid), lab.reader.frames];
    await setTimeout(restMs);
    const cpuPercent = ((cpuMs(pid) - before) / restMs) * 100;
    return { aloneUs, attachedUs: await percentile(), cpuPercent, frames: lab.reader.frames - frames };
  } finally {
    target.kill('SIGKILL');
    await once(target, 'close');
  }
}

async function long(pid: number): Promise<number> {
  await using lab = attachingLab();
  const began = performance.now();
  await attach(lab, pid);
  // What is told is not put together here: that is the window's work.
  const blockedMs = await longestBlockMs(lab.reader.until(() => lab.reader.of('target').at(-1)?.target.more === false));
  process.stderr.write(`${mappings} mappings told in ${Math.round(performance.now() - began)} ms\n`);
  return blockedMs;
}

export default async function attached(): Promise<Row[]> {
  const { gridMs, cpuPercent } = await during(busy, [`${gibibytes * 1024}`, 'idle'], large);
  const blockedMs = await during(vmas, [`${mappings}`], long);
  const busied = await perturbed();
  process.stderr.write(`p99.9 of its mmap alone ${busied.aloneUs} µs; ${busied.frames} frames in ${restMs / 1000} s\n`);
  return [
    row(
      'attached at 10 Hz to a busy process of 1.5 GiB, its grids open: p99.9 of its mmap, against 3 ms',
      'µs',
      1,
      busied.attachedUs,
      3000,
    ),
    row('attached to it: our CPU, against 5 % of one', '%', 1, busied.cpuPercent, 5),
    row('a mapping of 4 GiB of another process: its first page grid, against 150 ms', 'ms', 1, gridMs, 150),
    row('attached to one at rest, 10 Hz: our CPU, against 0.5 % of one', '%', 1, cpuPercent, 0.5),
    row(
      '60 000 mappings of another process told: the longest that the host’s main loop waits, against 10 ms',
      'ms',
      1,
      blockedMs,
      10,
    ),
  ];
}
