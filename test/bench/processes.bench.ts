/**
 * What looking at other processes costs us, and them: 2000 listed each second, and one with 1.5 GiB watched ten times a
 * second.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ProcessTable } from '../../lab/processes/process-table.ts';
import { WatchedProcess } from '../../lab/processes/watched-process.ts';
import { longestBlockMs, median, type Row, row } from '../support/bench/row.ts';
import { compiledProgram } from '../support/compile.ts';

const crowd = readFileSync(fileURLToPath(new URL('../support/bench/crowd.c', import.meta.url)), 'utf8');
const rounds = 8;

/** Looks once a second, as a window does; each look's CPU time in ms, and the longest that the main loop waited. */
async function looks(): Promise<{ cpuMs: number; blockedMs: number }> {
  using table = new ProcessTable();
  await table.since(0);
  let { sequence } = await table.since(0);
  const cpuMs: number[] = [];
  const blockedMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await setTimeout(1000);
    const looked = table.since(sequence);
    blockedMs.push(await longestBlockMs(looked));
    const answer = await looked;
    sequence = answer.sequence;
    cpuMs.push(answer.cost.cpuNs / 1e6);
  }
  return { cpuMs: median(cpuMs), blockedMs: median(blockedMs) };
}

const busy = readFileSync(fileURLToPath(new URL('../support/bench/busy.c', import.meta.url)), 'utf8');
const watchedMib = 1536;
const watchMs = 10_000;

interface Watched {
  /** Of its mmap, in µs: without anyone who looks, and while it is watched. */
  readonly aloneUs: number;
  readonly watchedUs: number;
  /** Our CPU of one, in percent. */
  readonly cpuPercent: number;
  readonly looks: number;
}

/** Watches a process for some seconds at 10 Hz. */
async function watched(...words: readonly string[]): Promise<Watched> {
  using program = compiledProgram(busy);
  const target = spawn(program.path, [`${watchedMib}`, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await once(target.stdout, 'data');
    const percentile = async () => {
      target.stdin.write('\n');
      const [printed] = await once(target.stdout, 'data');
      return Number(String(printed).split(' ')[1]) / 1000;
    };
    await setTimeout(watchMs / 2);
    const aloneUs = await percentile();
    using process = new WatchedProcess(target.pid ?? 0);
    let answer = await process.since(0, { keepRuns: true });
    await percentile();
    const before = answer.total;
    const began = performance.now();
    while (performance.now() - began < watchMs) {
      await setTimeout(100);
      answer = await process.since(answer.sequence, { keepRuns: true });
    }
    const elapsedMs = performance.now() - began;
    const cpuPercent = ((answer.total.cpuNs - before.cpuNs) / 1e6 / elapsedMs) * 100;
    return { aloneUs, watchedUs: await percentile(), cpuPercent, looks: answer.total.looks - before.looks };
  } finally {
    target.kill('SIGKILL');
    await once(target, 'close');
  }
}

async function watching(): Promise<Row[]> {
  const working = await watched();
  const atRest = await watched('idle');
  const figures = `p99.9 of mmap alone ${working.aloneUs} µs, ${working.looks} looks in ${watchMs / 1000} s; at rest ${atRest.looks}`;
  process.stderr.write(`${figures}\n`);
  return [
    row(
      'a busy process of 1.5 GiB, watched at 10 Hz: p99.9 of its mmap, against 3 ms',
      'µs',
      1,
      working.watchedUs,
      3000,
    ),
    row('the same: our CPU, against 5 % of one', '%', 1, working.cpuPercent, 5),
    row('one at rest, watched at 10 Hz: our CPU, against 0.5 % of one', '%', 1, atRest.cpuPercent, 0.5),
  ];
}

export default async function processes(): Promise<Row[]> {
  const listed: Row[] = [];
  using program = compiledProgram(crowd);
  const many = spawn(program.path, ['2000'], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await once(many.stdout, 'data');
    const { cpuMs, blockedMs } = await looks();
    listed.push(
      row('2000 processes listed at 1 Hz: our CPU, against 4 % of one', 'ms a second', 1, cpuMs, 40),
      row('2000 processes listed: the longest that the main loop waits, against 10 ms', 'ms', 1, blockedMs, 10),
    );
  } finally {
    many.stdin.end();
    await once(many, 'close');
  }
  return [...listed, ...(await watching())];
}
