import { expect, it } from 'vitest';
import type { Step } from '../../../../protocol/events.ts';
import { Log } from '../../../../renderer/store/session/append-only-list.ts';
import { counterpart } from '../../../../renderer/store/session/counterpart.ts';

/** `mincore`, or `process_vm_writev 3`: a call, and the page that it is about. */
const run = (...calls: string[]) => ({
  steps: Log.of(
    calls.map((text, index): Step => {
      const [call = '', page] = text.split(' ');
      return {
        index,
        call,
        title: { en: text, zh: text },
        arguments: {},
        returned: 0,
        errno: null,
        durationNs: 1,
        startedNs: index,
        ...(page !== undefined && { range: { firstPage: Number(page), pageCount: 1 } }),
      };
    }),
  ),
});
const at = (own: ReturnType<typeof run>, other: ReturnType<typeof run>, index: number) => {
  const step = own.steps.numbered(index);
  return step && counterpart(own, other, step)?.index;
};

it('is the same operation on the same pages, whether a touch reads or writes', () => {
  const own = run('mmap', 'process_vm_writev 0', 'process_vm_writev 1');
  const other = run('mmap', 'mincore', 'process_vm_readv 1', 'process_vm_readv 0');
  expect([0, 1, 2].map((index) => at(own, other, index))).toEqual([0, 3, 2]);
});

it('is the one that was done as often before', () => {
  const own = run('mincore', 'process_vm_readv 0', 'mincore', 'mincore');
  const other = run('mincore', 'mincore');
  expect([0, 2].map((index) => at(own, other, index))).toEqual([0, 1]);
});

it('is the step at the same place, or the last, where the other did nothing like it', () => {
  expect([1, 3].map((index) => at(run('a', 'b', 'c', 'd'), run('x', 'y', 'z'), index))).toEqual([1, 2]);
  expect(at(run('a'), run(), 0)).toBeUndefined();
});
