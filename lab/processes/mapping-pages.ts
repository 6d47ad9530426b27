import { pageSize } from '../../native/libc/sysconf.ts';
import { PageBit } from '../../native/pages/page-bit.ts';
import { PageFlag } from '../../protocol/flags.ts';
import { problem } from '../../protocol/problem.ts';
import type { TargetMapping } from '../../protocol/process-look.ts';
import type { Run } from '../../protocol/runs.ts';
import type { KeptLook } from './look-at-process.ts';

/**
 * The mappings that a word names: an address in it (hexadecimal), `heap`, `stack`, or a name or the last part of one.
 *
 * @throws ProblemError when there is none
 */
export function mappingsNamed(mappings: readonly TargetMapping[], word: string): readonly TargetMapping[] {
  const address = /^(?:0x)?[0-9a-f]{4,16}$/i.test(word) ? Number.parseInt(word.replace(/^0x/i, ''), 16) : undefined;
  const covers = ({ start, end }: TargetMapping) =>
    address !== undefined && Number(start) <= address && address < Number(end);
  const called = ({ kind, name }: TargetMapping) =>
    kind === word || (name !== '' && (name === word || name.endsWith(`/${word}`)));
  const found = mappings.filter(covers);
  const named = found.length > 0 ? found : mappings.filter(called);
  if (named.length > 0) return named;
  throw problem(
    'bad-input',
    `It has no mapping "${word}": name one by an address in it, by heap or stack, or by its file; --maps lists them.`,
    `它没有映射 “${word}”：请用其中的地址、heap、stack 或文件名指定；--maps 列出所有映射。`,
  );
}

/** The pages of a mapping as runs of flags; what is in no run is absent. Null where they are unknown. */
export function pageRunsOf({ runs }: KeptLook, mapping: TargetMapping): Run[] | null {
  if (!runs || mapping.residentPages === null) return null;
  const [start, end] = [Number(mapping.start), Number(mapping.end)];
  const size = pageSize();
  const lock = lockFlags(mapping);
  const found: Run[] = [];
  if (lock !== 0) found.push([0, mapping.pages, lock]);
  for (let at = firstAfter(runs.ends, start); at < runs.starts.length; at++) {
    const from = Math.max(start, runs.starts[at] ?? 0);
    const to = Math.min(end, runs.ends[at] ?? 0);
    if (from >= end) break;
    // Present is the witness: mincore can't be asked about another process, and what is mapped is in memory.
    const bits = runs.bits[at] ?? 0;
    const flags = (bits & PageBit.Present ? bits | PageFlag.Resident : bits) | lock;
    found.push([(from - start) / size, (to - from) / size, flags]);
  }
  return found;
}

function lockFlags({ locked }: TargetMapping): number {
  if (locked === 'locked') return PageFlag.Locked;
  return locked === 'on-fault' ? PageFlag.Locked | PageFlag.OnFault : 0;
}

/** The first whose value is greater; the values rise. */
function firstAfter(values: readonly number[], than: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) > than) high = middle;
    else low = middle + 1;
  }
  return low;
}
