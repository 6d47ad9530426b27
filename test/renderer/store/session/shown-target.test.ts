import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../../protocol/events.ts';
import type { TargetMapping } from '../../../../protocol/process-look.ts';
import type { ProcessRow } from '../../../../protocol/processes.ts';
import { targetDiff } from '../../../../protocol/target.ts';
import { cameAndLeft } from '../../../../renderer/store/pages/came-and-left.ts';
import { applyEvents, newSession, regionsAt } from '../../../../renderer/store/session/session.ts';
import { targetAtInstant } from '../../../../renderer/store/session/shown-target.ts';

const mapping = (start: number, residentPages: number) =>
  ({
    start: `0x${start.toString(16)}`,
    end: `0x${(start + 0x4000).toString(16)}`,
    protection: 'rw-p',
    kind: 'anonymous',
    name: '',
    pages: 4,
    residentPages,
    swappedPages: 0,
    lockedPages: null,
  }) as TargetMapping;

const told = (takenNs: number, mappings: TargetMapping[], gone: number[] = [], more = false): SessionEvent =>
  ({
    kind: 'target',
    session: 1,
    target: {
      takenNs,
      process: { pid: 7, name: 'it' } as ProcessRow,
      whole: takenNs === 100,
      mappings,
      gone: gone.map((start) => `0x${start.toString(16)}`),
      more,
      reasons: [],
      warnings: [],
      smaps: null,
    },
  }) as unknown as SessionEvent;

describe('the target at an instant', () => {
  it('is what the last whole look until then told, in the order of addresses; before the first nothing is kept', () => {
    const many = Array.from({ length: 3000 }, (_, at) => mapping(0x1_0000_0000 + at * 0x4000, 1));
    const session = applyEvents(newSession(1), [
      told(100, [mapping(0x9000, 1), mapping(0x10_0000, 2)]),
      told(200, [mapping(0x9000, 3)], [0x10_0000]),
      told(300, many),
      told(400, many.slice(0, 1500), [], true),
      told(400, [mapping(0x1000, 4)]),
      told(500, [mapping(0x1000, 0)], [0x9000]),
    ]);
    const listed = (tNs: number | undefined) =>
      targetAtInstant(session, tNs)?.mappings?.map(({ start, residentPages }) => `${start} ${residentPages}`);
    expect(targetAtInstant(session, 99)).toBeUndefined();
    expect(listed(100)).toEqual(['0x9000 1', '0x100000 2']);
    expect(listed(450)?.slice(0, 3)).toEqual(['0x1000 4', '0x9000 3', '0x100000000 1']);
    expect(listed(299)).toEqual(['0x9000 3']);
    expect(listed(undefined)?.[0]).toBe('0x1000 0');
    expect(targetAtInstant(session, 500)).toBe(session.target);
    // A look of which half was told is none yet.
    const arriving = applyEvents(session, [told(600, [mapping(0x2000, 1)], [], true)]);
    expect(targetAtInstant(arriving, 700)?.takenNs).toBe(500);
    expect(targetAtInstant(session, 250)).toBe(targetAtInstant(session, 299));
  });

  it('has the regions that were open then, and those that are open now', () => {
    const sample = (tNs: number) => ({ tNs, vmLck: 0, vmRss: 0, minorFaults: 0, majorFaults: 0 });
    const region = (id: number) =>
      ({ kind: 'region', session: 1, region: { id, label: `${id}`, pages: 1 } }) as unknown as SessionEvent;
    const session = applyEvents(newSession(1), [
      { kind: 'sample', session: 1, sample: sample(10) },
      region(1),
      { kind: 'sample', session: 1, sample: sample(20) },
      { kind: 'released', session: 1, region: 1 },
      region(2),
    ]);
    const at = (tNs?: number) => regionsAt(session, tNs).map(({ id }) => id);
    expect([at(5), at(15), at(25), at()]).toEqual([[2], [1, 2], [2], [2]]);
  });
});

describe('what changed', () => {
  it('is told page by page where pages are kept: one that came and one that left do not cancel out', () => {
    const [before, after] = [
      { flags: Uint8Array.of(3, 3, 0, 7), unknown: 0 },
      { flags: Uint8Array.of(0, 3, 3, 3), unknown: 0 },
    ];
    const changed = cameAndLeft(before, after, 0, 4);
    expect(changed).toEqual({
      resident: { came: 1, left: 1 },
      swapped: { came: 0, left: 0 },
      locked: { came: 0, left: 1 },
    });
    expect(cameAndLeft(before, { ...after, unknown: 4 }, 0, 4).locked).toBeNull();
    expect(targetDiff([mapping(0x9000, 3)], [mapping(0x9000, 3)])).toEqual([]);
    const same = [mapping(0x9000, 3)];
    expect(targetDiff(same, same, () => changed)).toMatchObject([{ change: 'same', changed }]);
  });

  it('tells those that came, went, and grew upwards or, as a stack, downwards', () => {
    const grown = { ...mapping(0x8000, 1), end: '0xd000', pages: 5 };
    const before = [mapping(0x1000, 1), mapping(0x9000, 1), mapping(0x10_0000, 1)];
    const after = [grown, { ...mapping(0x10_0000, 1), end: '0x108000', pages: 8 }, mapping(0x20_0000, 2)];
    expect(targetDiff(before, after).map(({ start, change }) => `${start} ${change}`)).toEqual([
      '0x200000 came',
      '0x1000 went',
      '0x100000 grew',
      '0x8000 grew',
    ]);
  });
});
