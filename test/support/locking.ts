/** What the tests of the locking experiments share. */
import { execFileSync } from 'node:child_process';
import { expect, type TestContext, vi } from 'vitest';
import { forkIsolated } from '../../lab/isolation/fork-isolated.ts';
import { memlockLimit } from '../../lab/limits/environment.ts';
import type { RegionInfo } from '../../protocol/events.ts';
import type { Report } from '../../protocol/report.ts';
import { compileAndWatch, looksIn } from './compile.ts';
import { entryOf } from './entries.ts';
import { never, TestLab } from './harness.ts';
import { stepUntil } from './step-until.ts';

const entry = entryOf('isolated-entry');

/** What two regions of the defaults need. */
const enoughBytes = 65_536;

/** A lab that can start isolated processes, as every host can. */
export function isolatingLab(environment: Readonly<Record<string, string>> = {}): TestLab {
  return new TestLab(() => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    try {
      return forkIsolated(entry);
    } finally {
      vi.unstubAllEnvs();
    }
  });
}

/** Skips where this process may not lock what the defaults of the experiments lock. */
export function skipWithoutRoomToLock(context: TestContext): void {
  const { soft } = memlockLimit();
  if (soft !== 'unlimited' && soft < enoughBytes) context.skip(`RLIMIT_MEMLOCK is ${soft} bytes, too little to lock`);
}

/** A line of `/proc/PID/status` in KiB, read by another process. */
export function statusKibibytes(line: string, pid = process.pid): number {
  const text = execFileSync('grep', [`^${line}:`, `/proc/${pid}/status`], { encoding: 'latin1' });
  return Number.parseInt(text.slice(line.length + 1), 10);
}

/** Starts the experiment paused and lets its steps through until the one with this title is next. */
export async function pausedBefore(lab: TestLab, experiment: string, title: RegExp, parameters = {}) {
  const started = await lab.start({ experiment, parameters, paused: true });
  await stepUntil(lab, started.session, title);
  const region = (label: string): RegionInfo => {
    const found = lab.reader.of('region').find((event) => event.region.label === label);
    if (!found) throw new Error(`there is no region ${label}`);
    return found.region;
  };
  return { ...started, region };
}

/** Lets a paused experiment run to its end, and gives the claims that failed. */
export async function failuresOf(lab: TestLab, session: number): Promise<string[]> {
  await lab.service.control({ session, action: 'resume' }, never);
  await lab.reader.state('completed', session);
  const { claims } = await lab.service.report({ session, language: 'en' }, never);
  return claims.filter(({ status }) => status === 'failed').map(({ id }) => id);
}

const inWords: Record<string, string> = {
  EAGAIN: 'Resource temporarily unavailable',
  ENOMEM: 'Cannot allocate memory',
  EPERM: 'Operation not permitted',
};

/** The refused calls of a report as perror(3) of the C program prints them. */
export function refusals({ steps }: Report): string[] {
  return steps.flatMap(({ call, errno }) => (errno === null ? [] : [`${call}: ${inWords[errno]}`]));
}

/** What mincore said in a report, as the C program prints it. */
export function looks({ steps, regions }: Report): string[] {
  return steps
    .filter(({ call }) => call === 'mincore')
    .map(({ region, outcome }) => {
      const [, resident, pages] = /^(\d+) of (\d+) pages/.exec(outcome ?? '') ?? [];
      return `${regions.find(({ id }) => id === region)?.label}: resident ${resident}/${pages} pages`;
    });
}

/** The report and the C program of a run from its start to its end. */
export async function runAndProgram(
  lab: TestLab,
  experiment: string,
  parameters: Record<string, string | number> = {},
) {
  const { session, pid } = await lab.start({ experiment, parameters });
  await lab.reader.state('completed', session);
  const report = await lab.service.report({ session, language: 'en' }, never);
  return { session, pid, report, program: await lab.service.program({ session }, never) };
}

/**
 * Runs the experiment, and its C program with the words of `prefix` before it: the program has the same calls refused,
 * and finds the same pages resident.
 */
export async function expectSameInC(lab: TestLab, experiment: string, prefix: readonly string[] = []) {
  const { report, program } = await runAndProgram(lab, experiment);
  const { status, stdout, stderr } = compileAndWatch(program, prefix);
  const printed = stderr.split('\n').filter(Boolean);
  expect([status, looksIn(stdout), printed]).toEqual([0, looks(report), refusals(report)]);
  return { report, program };
}
