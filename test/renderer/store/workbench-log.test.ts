import { describe, expect, it } from 'vitest';
import type { Step } from '../../../protocol/events.ts';
import { entryTest, everything, FilteredLog } from '../../../renderer/components/log/log-filter.ts';
import { straceLine } from '../../../renderer/components/log/strace.ts';
import { Log } from '../../../renderer/store/session/append-only-list.ts';
import { readSaved } from '../../../renderer/store/workbench/saved-file.ts';

const step = (index: number, more: Partial<Step> = {}): Step => ({
  index,
  title: { en: `mlock: page ${index} of A`, zh: `mlock：A 的第 ${index} 页` },
  region: 1,
  call: 'mlock',
  arguments: { addr: '0x7f0000000000', length: 16384 },
  returned: 0,
  errno: null,
  durationNs: 12_345,
  startedNs: index,
  ...more,
});

describe('an entry as text', () => {
  it('is the line that strace -T would write', () => {
    expect(straceLine(step(0))).toBe('mlock(0x7f0000000000, 16384) = 0 <0.000012>');
    expect(straceLine(step(0, { returned: -1, errno: 'ENOMEM' }))).toBe(
      'mlock(0x7f0000000000, 16384) = -1 ENOMEM (Cannot allocate memory) <0.000012>',
    );
  });

  it('names an errno that it has no sentence for, and how many calls there were', () => {
    expect(straceLine(step(0, { returned: -1, errno: 'EHWPOISON' }))).toBe(
      'mlock(0x7f0000000000, 16384) = -1 EHWPOISON <0.000012>',
    );
    expect(straceLine(step(0, { calls: { made: 3, refused: 1 } }))).toBe(
      'mlock(0x7f0000000000, 16384) = 0 <0.000012> /* 3 calls in all, 1 refused */',
    );
    expect(straceLine(step(0, { calls: { made: 1, refused: 0 } }))).not.toContain('calls');
  });
});

describe('the filter', () => {
  const refused = step(1, { errno: 'ENOMEM', returned: -1 });
  const other = step(2, { region: 2, call: 'munlock', outcome: { en: '4 pages unlocked', zh: '已解锁 4 页' } });
  const { region: _, ...whole } = step(3, { call: 'mlockall' });
  const log = Log.of([step(0), refused, other, whole]);
  const shown = (filter: Partial<typeof everything>, language: 'en' | 'zh' = 'en') =>
    [...new FilteredLog(entryTest({ ...everything, ...filter }, language)).of(log)].map(({ index }) => index);

  it('is by refusal, by region with what was about all of them, and by words in any order', () => {
    expect(shown({})).toEqual([0, 1, 2, 3]);
    expect(shown({ refused: true })).toEqual([1]);
    expect(shown({ region: 2 })).toEqual([2, 3]);
    expect(shown({ text: 'Unlocked MUNLOCK' })).toEqual([2]);
    expect(shown({ text: '解锁' }, 'zh')).toEqual([2]);
    expect(shown({ text: 'ENOMEM' })).toEqual([1]);
    expect(shown({ refused: true, region: 2 })).toEqual([]);
  });

  it('looks at each entry of a growing log once, and at all of another', () => {
    let looked = 0;
    const filtered = new FilteredLog(() => {
      looked++;
      return true;
    });
    const grown = log.append([step(4), step(5)]);
    filtered.of(log);
    expect(filtered.of(grown).length).toBe(6);
    expect(looked).toBe(6);
    expect(filtered.of(grown).length).toBe(6);
    expect(looked).toBe(6);
    expect([...filtered.of(Log.of([step(0)]))].map(({ index }) => index)).toEqual([0]);
  });
});

describe('a saved file', () => {
  const saved = {
    schema: 'pagescope/workbench@1',
    pagescope: '0',
    savedAt: '2025-01-01T00:00:00.000Z',
    kernel: '6',
    pageSize: 4096,
    actions: [{ action: { kind: 'act', region: 1, tool: { kind: 'mlock' }, pages: [0, 4] }, result: { errno: null } }],
  };
  const read = (change: object) => readSaved(JSON.stringify({ ...saved, ...change }), 4096, async () => {});

  it('is read as it was saved', async () => {
    expect(await read({})).toEqual({ saved });
  });

  it.each([
    ['no schema', { schema: undefined }, { kind: 'notSaved' }],
    ['another schema', { schema: 'pagescope/report@1' }, { kind: 'otherSchema', schema: 'pagescope/report@1' }],
    ['another page size', { pageSize: 65_536 }, { kind: 'otherPageSize', pageSize: 65_536 }],
    ['too many actions', { actions: new Array(100_001).fill(0) }, { kind: 'tooMany', count: 100_001 }],
    [
      'an action of no kind',
      { actions: [saved.actions[0], { action: {} }] },
      { kind: 'broken', where: 'actions.1.action.kind' },
    ],
    ['no actions', { actions: undefined }, { kind: 'broken', where: 'actions' }],
    ['no time', { savedAt: 'then' }, { kind: 'broken', where: 'savedAt' }],
  ])('that has %s is told by what is wrong with it', async (_, change, problem) => {
    expect(await read(change)).toEqual({ problem });
  });

  it('that is cut short is no JSON', async () => {
    expect(await readSaved(JSON.stringify(saved).slice(0, -1), 4096)).toEqual({ problem: { kind: 'notJson' } });
  });

  it('gives the window its turn while it is checked', async () => {
    let turns = 0;
    const actions = Array.from({ length: 5000 }, () => saved.actions[0]);
    await readSaved(JSON.stringify({ ...saved, actions }), 4096, async () => void turns++);
    expect(turns).toBe(5);
  });
});
