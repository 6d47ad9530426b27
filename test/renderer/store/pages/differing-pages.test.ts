import { expect, it } from 'vitest';
import { PageFlag } from '../../../../protocol/flags.ts';
import { differingPages } from '../../../../renderer/store/pages/differing-pages.ts';

const { Resident, Present, Zero, Swapped, DontDump } = PageFlag;
const known = (flags: number[], unknown = 0) => ({ flags: Uint8Array.from(flags), unknown });

it('finds the pages that a grid draws otherwise, with what they were and what they are', () => {
  const from = known([0, 0, Resident, Resident, Resident]);
  const to = known([0, Resident | Present | Zero, Resident, Resident | DontDump, 0]);
  expect(differingPages(from, to)).toEqual({
    pages: { runs: [1, 1, 4, 1], count: 2 },
    changes: [
      { from: 'absent', to: 'zero', pages: 1 },
      { from: 'resident', to: 'absent', pages: 1 },
    ],
    both: 5,
    unknown: 0,
  });
});

it('compares the pages that both have', () => {
  expect(differingPages(known([0, 0, 0]), known([Resident, Resident]))).toMatchObject({ both: 2, pages: { count: 2 } });
});

it('calls no page different whose state one side could not find out', () => {
  const found = differingPages(known([0, Resident, Swapped]), known([Resident | Present, 0, 0], Resident));
  expect(found).toMatchObject({ both: 3, unknown: 3, pages: { count: 0 }, changes: [] });
});
