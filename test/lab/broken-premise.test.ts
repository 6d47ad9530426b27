import { describe, expect, it } from 'vitest';
import { hugePageBytes, whyNoHugePages } from '../../lab/limits/huge-pages.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import type { Operation } from '../../protocol/operation.ts';
import { never, TestLab } from './harness.ts';
import { stepUntil } from './step-until.ts';

/** What somebody else does to the experiment's memory just before one of its steps. */
interface Break {
  readonly before: RegExp;
  /** The region's number: 1 is A. */
  readonly region: number;
  readonly operations: readonly Operation[];
}

/** The claims that fail when the premise is broken there. */
async function failedAfter(
  experiment: string,
  parameters: Record<string, number>,
  { before, region, operations }: Break,
) {
  await using lab = new TestLab();
  const { session } = await lab.start({ experiment, parameters, paused: true });
  await stepUntil(lab, session, before);
  for (const operation of operations) await lab.service.operate({ session, region, operation }, never);
  await lab.service.control({ session, action: 'resume' }, never);
  await lab.reader.state('completed');
  const { claims } = await lab.service.report({ session, language: 'en' }, never);
  return claims.flatMap(({ id, status }) => (status === 'failed' ? [id] : [])).toSorted();
}

const at = (firstPage: number, pageCount = 1) => ({ firstPage, pageCount });
const drop = (firstPage: number, pageCount: number): Operation => ({
  kind: 'madvise',
  advice: 'MADV_DONTNEED',
  range: at(firstPage, pageCount),
});
const write = (...pages: number[]): Operation => ({ kind: 'touch', access: 'write', pages });
const read = (...pages: number[]): Operation => ({ kind: 'touch', access: 'read', pages });
const lock = (firstPage: number, pageCount = 1): Operation => ({ kind: 'mlock', range: at(firstPage, pageCount) });
const unlock = (firstPage: number, pageCount: number): Operation => ({
  kind: 'munlock',
  range: at(firstPage, pageCount),
});
const random = (pages: number): Operation => ({ kind: 'madvise', advice: 'MADV_RANDOM', range: at(0, pages) });

const evictAll: Operation = { kind: 'evict', range: at(0, 512) };

type Case = [failed: string[], before: RegExp, region: number, ...operations: Operation[]];

describe('a claim of prefault fails when its premise is broken', () => {
  const all = [0, 1, 2, 3, 4, 5, 6, 7];
  it.each<Case>([
    [['later-touches', 'touch-loop'], /^A: look/, 1, drop(0, 8)],
    [['later-touches', 'map-populate'], /^B: look/, 2, drop(0, 8)],
    [['later-touches', 'populate-write'], /^C: look/, 3, drop(0, 8)],
    [['later-reads', 'populate-read', 'read-zero-pages'], /^D: look/, 4, drop(0, 8)],
    [['later-writes', 'read-zero-pages'], /^D: look/, 4, write(0)],
    [['later-writes'], /^D: write/, 4, write(...all)],
    [['later-touches', 'mlock'], /^E: look/, 5, unlock(0, 8), drop(0, 8)],
  ])('%j', async (failed, before, region, ...operations) => {
    expect(await failedAfter('prefault', { pages: 8 }, { before, region, operations })).toEqual(failed);
  });
});

describe('a claim of huge-page fails when its premise is broken', () => {
  it.for<Case>([
    [['huge-mapped', 'huge-resident', 'split-stays'], /^A: look$/, 1, drop(0, 512)],
    [['huge-mapped', 'split-locked', 'split-vmas'], /^A: look$/, 1, lock(5)],
    [['small-resident'], /^B: look/, 2, write(1)],
    [['one-fault-each'], /^A: write/, 1, write(0, 512)],
    [['split-stays'], /^A: look again/, 1, drop(3, 1)],
    [['split-huge', 'split-locked', 'split-vmas'], /^A: look again/, 1, lock(700)],
  ])('%j', async ([failed, before, region, ...operations], context) => {
    const why = whyNoHugePages();
    if (why) context.skip(why.en);
    if (hugePageBytes() !== 512 * pageSize())
      context.skip('a huge page is not 512 pages here, and these page numbers are for that');
    expect(await failedAfter('huge-page', { hugePages: 2 }, { before, region, operations })).toEqual(failed);
  });
});

describe('a claim of file-cache fails when its premise is broken', () => {
  it.each<Case>([
    [['evicted', 'rest-evicted'], /^Drop them from the page cache/, 1, lock(5)],
    [['random-window'], /^Look under MADV_RANDOM/, 1, read(7)],
    [['normal-around', 'normal-window'], /^Read page 256/, 1, random(512)],
    [['sequential-window'], /^Look under MADV_SEQUENTIAL/, 1, random(512), drop(0, 512), evictAll, read(256)],
    [['sequential-ahead'], /^Look under MADV_SEQUENTIAL/, 1, read(0)],
    [['locked-refused', 'locked-survives'], /^Unmap the locked part/, 1, unlock(0, 8)],
    [['rest-evicted'], /^Look at what survived/, 1, read(100)],
  ])('%j', async (failed, before, region, ...operations) => {
    expect(await failedAfter('file-cache', { pages: 512 }, { before, region, operations })).toEqual(failed);
  });
});

describe('a claim of reclaim fails when its premise is broken', () => {
  it.each<Case>([
    [['cold-locked'], /^A: MADV_COLD on the locked/, 1, unlock(3, 3)],
    [['dontneed-locked'], /^B: MADV_DONTNEED on the locked/, 2, unlock(3, 3)],
    [['free-locked'], /^C: MADV_FREE on the locked/, 3, unlock(3, 3)],
    [['pageout-locked'], /^D: MADV_PAGEOUT on the locked/, 4, unlock(3, 3)],
    [['file-locked'], /^E: MADV_PAGEOUT on the locked/, 5, unlock(3, 3)],
    [['cold-unlocked'], /^A: look/, 1, drop(0, 3)],
    [['dontneed-unlocked'], /^B: look/, 2, write(1)],
    [['free-unlocked'], /^C: look$/, 3, drop(0, 3)],
    [['free-later'], /^C: look again/, 3, write(0), lock(0)],
    [['file-unlocked'], /^E: look/, 5, read(0), lock(0)],
  ])('%j', async (failed, before, region, ...operations) => {
    expect(await failedAfter('reclaim', { pages: 6 }, { before, region, operations })).toEqual(failed);
  });

  it('["pageout-unlocked"]', async () => {
    const failed = await failedAfter(
      'reclaim',
      { pages: 6 },
      { before: /^D: look/, region: 4, operations: [write(0), lock(0)] },
    );
    // Without swap nothing was to go, and nothing went.
    const gone = await failedAfter(
      'reclaim',
      { pages: 6 },
      { before: /^D: look/, region: 4, operations: [drop(0, 3)] },
    );
    expect([...failed, ...gone]).toContain('pageout-unlocked');
  });
});
