import { expect, it } from 'vitest';
import type { Step } from '../../../../protocol/events.ts';
import { hasSeveralRuns, lastChange, withoutBystander } from '../../../../renderer/store/session/last-change.ts';

const step = (index: number, firstPage: number, pageCount: number, call = 'process_vm_writev'): Step => ({
  index,
  title: { en: '', zh: '' },
  region: 1,
  range: { firstPage, pageCount },
  call,
  arguments: {},
  returned: 0,
  errno: null,
  startedNs: index * 100,
  durationNs: 50,
});
const moment = (takenNs: number) => ({ takenNs, step: -1 });
const moments = [moment(0), moment(160), moment(360)];
const steps = [step(0, 0, 16, 'mmap'), step(1, 0, 1), step(2, 1, 1), step(3, 2, 1), step(3, 0, 16, 'mincore')];
const indexes = (page: number, index: number) =>
  lastChange(page, 1, index, moments, steps)?.steps.map((candidate) => candidate.index);

it('names the one step that was about the page between the two snapshots, though frames were skipped', () => {
  expect(indexes(1, 2)).toEqual([2]);
  expect(indexes(2, 2)).toEqual([3]);
  expect(lastChange(1, 1, 2, moments, steps)?.seenNs).toBe(360);
});

it('names several when it cannot tell, and none when nobody asked', () => {
  expect(indexes(0, 1)).toEqual([0, 1]);
  expect(indexes(9, 2)).toEqual([]);
  expect(lastChange(1, 2, 2, moments, steps)?.steps).toEqual([]);
});

it('has nothing to say of a page that never changed', () => {
  expect(lastChange(5, 1, 0, moments, steps)).toBeUndefined();
});

it('does not lay to the charge of an action what lies between its runs', () => {
  const act: Step = { ...step(1, 0, 9), calls: { made: 2, refused: 0 } };
  const change = { seenNs: 160, steps: [act, step(2, 4, 1)] };
  const pages = { runs: [0, 1, 8, 1], count: 2 };
  expect(hasSeveralRuns(act)).toBe(true);
  expect(hasSeveralRuns(step(2, 4, 1))).toBe(false);
  expect(withoutBystander(change, 8, act, pages)).toBe(change);
  expect(withoutBystander(change, 4, act, pages).steps.map(({ index }) => index)).toEqual([2]);
});
