import { describe, expect, it } from 'vitest';
import { unseenNs, withLooks } from '../../../../renderer/store/session/seen.ts';

const at = (tNs: number, still?: boolean) => ({ regions: [1], tNs, ...(still && { still }) });

describe('when a region was seen', () => {
  it('is one time while it is looked at again and again, and another after a longer rest', () => {
    const seen = withLooks(new Map(), [at(0), at(unseenNs), at(3 * unseenNs)]);
    expect(seen.get(1)).toEqual([
      { fromNs: 0, toNs: unseenNs },
      { fromNs: 3 * unseenNs, toNs: 3 * unseenNs },
    ]);
  });

  it('goes on through a rest in which nothing moved', () => {
    const seen = withLooks(new Map(), [at(0), at(9 * unseenNs, true), at(20 * unseenNs)]);
    expect(seen.get(1)).toEqual([
      { fromNs: 0, toNs: 9 * unseenNs },
      { fromNs: 20 * unseenNs, toNs: 20 * unseenNs },
    ]);
    expect(withLooks(new Map(), [at(5, true)]).get(1)).toEqual([{ fromNs: 5, toNs: 5 }]);
  });
});
