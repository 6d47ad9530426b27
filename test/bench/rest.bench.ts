/**
 * What the window takes while nothing happens in it: CPU time of the page, of the host and of the engines, as a share
 * of the time that passes, and memory.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { addressOfWorkbench } from '../../renderer/context/address.ts';
import { inWindow } from '../support/bench/in-window.ts';
import { type Row, row, type Skipped } from '../support/bench/row.ts';
import { open } from '../support/e2e/window.ts';

const watchedMs = 15_000;
/** What was loaded and told last is compiled and drawn until then. */
const settledMs = 15_000;
const regionPages = 1_048_576;
const mib = 1024 * 1024;

/** Nanoseconds that a process and those that it started have been on a CPU. */
function cpuOf(pid: number): { own: number; children: number } {
  const [own = 0, children = 0] = [[pid], childrenOf(pid)].map((pids) =>
    pids.reduce((sum, each) => sum + ranNs(each), 0),
  );
  return { own, children };
}

const ranNs = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`).reduce(
    (sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    0,
  );

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

/** Shares of a CPU that page, host and engines take from now on. */
async function shares(page: Page, host: number) {
  const devtools = await page.context().browser()?.newBrowserCDPSession();
  if (!devtools) throw new Error('The window has no browser.');
  const now = async () => {
    const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
    const pages = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => ranNs(id));
    return { ...cpuOf(host), page: Math.max(...pages), ms: performance.now() };
  };
  // V8 collects what a run left some time later: then it is the run's, and not what rest takes.
  await (await page.context().newCDPSession(page)).send('HeapProfiler.collectGarbage');
  await setTimeout(settledMs);
  const before = await now();
  await setTimeout(watchedMs);
  const after = await now();
  const share = (of: 'own' | 'children' | 'page') => (after[of] - before[of]) / 1e6 / (after.ms - before.ms);
  return { host: 100 * share('own'), engines: 100 * share('children'), page: 100 * share('page') };
}

async function heapMib(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  const {
    usedSize,
    embedderHeapUsedSize = 0,
    backingStorageSize = 0,
  } = (await devtools.send('Runtime.getHeapUsage')) as {
    usedSize: number;
    embedderHeapUsedSize?: number;
    backingStorageSize?: number;
  };
  return (usedSize + embedderHeapUsedSize + backingStorageSize) / mib;
}

const rssMib = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

async function measure(page: Page, host: number): Promise<Row[]> {
  await open(page, '#/first-touch');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.locator('[role=status][data-state=completed]').waitFor();
  const ended = await shares(page, host);
  await open(page, addressOfWorkbench);
  await page.getByRole('textbox', { name: 'Size' }).fill(String(regionPages));
  await page.getByRole('button', { name: 'Map it', exact: true }).click();
  await page.getByRole('button', { name: /^absent 1,048,576$/ }).waitFor();
  const million = await shares(page, host);
  const of = (name: string, bound: number, ours: number) => row(`at rest, ${name}`, '% of a CPU', 1, ours, bound);
  return [
    of('a run that ended: host', 0.2, ended.host),
    of('a run that ended: page', 0.1, ended.page),
    of('1 048 576 pages in a workbench: host', 0.2, million.host),
    of('1 048 576 pages in a workbench: engine', 0.5, million.engines),
    of('1 048 576 pages in a workbench: page', 0.1, million.page),
    row('heap of the page with 1 048 576 pages', 'MiB', 1, await heapMib(page), 60),
    row('memory of the host', 'MiB', 1, rssMib(host), 120),
  ];
}

export default function rest(): Promise<readonly (Row | Skipped)[]> {
  return inWindow('what the window takes at rest', measure);
}
