import { setTimeout } from 'node:timers/promises';
import { ProcessTable } from '../../lab/processes/process-table.ts';
import { ExitStatus } from '../../protocol/exit-status.ts';
import type { Language } from '../../protocol/language.ts';
import { problem } from '../../protocol/problem.ts';
import { processLocks } from '../../protocol/process-locks.ts';
import type { Processes, ProcessRow } from '../../protocol/processes.ts';
import { numbersIn } from '../../protocol/quantity.ts';
import { LiveScreen } from '../live-screen.ts';
import { bytesText, processLines, sorted } from '../process-list.ts';
import type { ProcessOrder } from '../process-orders.ts';

interface Options {
  readonly sort: ProcessOrder;
  readonly language: Language;
}

/** Between two looks, when their cost allows no more. */
const everyMs = 1000;

const keys: Readonly<Record<string, ProcessOrder>> = {
  r: 'rss',
  s: 'swap',
  v: 'vmlck',
  l: 'share',
  m: 'mappings',
  p: 'pid',
  n: 'name',
};

/** `pagescope top`: all processes, live, until `q`. */
export async function top({ sort, language }: Options): Promise<number> {
  if (!process.stdout.isTTY) {
    throw problem(
      'cannot-run-here',
      'pagescope top draws on a terminal, and standard output is none; pagescope process prints the list once.',
      'pagescope top 需要在终端上绘制，而标准输出不是终端；pagescope process 会输出一次列表。',
    );
  }
  using table = new ProcessTable();
  const rows = new Map<number, ProcessRow>();
  let answer = await table.since(0);
  let order = sort;
  const draw = () => screen.show(page(answer, [...rows.values()], order, language));
  using screen = new LiveScreen(
    process.stdin,
    process.stdout,
    (key) => {
      order = keys[key] ?? order;
      draw();
    },
    draw,
  );
  const stopped = new AbortController();
  const ended = screen.ended.then((status) => {
    stopped.abort();
    return status;
  });
  take(rows, answer);
  draw();
  while (!stopped.signal.aborted) {
    await setTimeout(Math.max(everyMs, answer.nextMs), undefined, { signal: stopped.signal }).catch(() => {});
    if (stopped.signal.aborted) break;
    answer = await table.since(answer.sequence);
    take(rows, answer);
    draw();
  }
  return (await ended) || ExitStatus.Held;
}

/** What changed, into what is known. */
function take(rows: Map<number, ProcessRow>, { whole, rows: changed, gone }: Processes): void {
  if (whole) rows.clear();
  for (const pid of gone) rows.delete(pid);
  for (const row of changed) rows.set(row.pid, row);
}

function page(
  { machine, cost, hidden }: Processes,
  all: readonly ProcessRow[],
  order: ProcessOrder,
  language: Language,
): string[] {
  const rows = all.filter(({ kind }) => kind === 'process' || kind === 'unknown');
  const { vmLckBytes } = processLocks(rows, machine);
  const { duration } = numbersIn(language);
  const locked = `VmLck ${bytesText(vmLckBytes)}, Mlocked ${bytesText(machine.mlockedBytes)}, Unevictable ${bytesText(machine.unevictableBytes)}`;
  const by = Object.entries(keys)
    .map(([key, name]) => (name === order ? `[${key} ${name}]` : `${key} ${name}`))
    .join('  ');
  const head = {
    en: `${rows.length} processes  ${locked}  this look: ${duration(cost.cpuNs)} of CPU`,
    zh: `${rows.length} 个进程  ${locked}  此次查看：${duration(cost.cpuNs)} CPU`,
  }[language];
  const keysLine = { en: `Sort: ${by}  q quit`, zh: `排序：${by}  q 退出` }[language];
  return [head, keysLine, ...(hidden ? [hidden[language]] : []), '', ...processLines(sorted(rows, order), language)];
}
