import { inflateSync } from 'node:zlib';
import type { Comparison } from '../../protocol/comparison.ts';
import { type PageState, pageState } from '../../protocol/flags.ts';
import { maxFramePages } from '../../protocol/frame.ts';
import type { Language } from '../../protocol/language.ts';
import type { Report } from '../../protocol/report.ts';
import type { Text } from '../../protocol/text.ts';
import { comparisonSentence } from './comparison-sentence.ts';
import { environmentRows } from './environment-rows.ts';

const noLook: Text = { en: 'one of the two never looked at this region', zh: '其中一方从未查看过此区域' };
const noRuns: Text = { en: 'there were too many runs of pages to keep', zh: '页面段过多，未予保存' };
const untold: Text = { en: 'the kernel did not tell all states', zh: '内核未提供全部状态' };

type Snapshot = Report['snapshots'][number];
type Claim = Report['claims'][number];

export type ComparedClaim = Comparison['claims'][number];

/** Compares the ends of two sessions: pages by region, numbers by name, claims by id, machines where they differ. */
export function compare(a: Report, b: Report, language: Language): Comparison {
  const found = {
    same:
      a.experiment.id === b.experiment.id &&
      JSON.stringify(a.experiment.parameters) === JSON.stringify(b.experiment.parameters),
    pages: [...both(a.regions, b.regions, ({ label }) => label)].map(([region, one, other]) => {
      const [pagesA, pagesB] = [one?.pages ?? 0, other?.pages ?? 0];
      const [lastA, lastB] = [one && last(a, one.id), other && last(b, other.id)];
      return { region, pagesA, pagesB, ...differing(lastA, lastB, { pagesA, pagesB }, language) };
    }),
    measurements: [...both(Object.entries(a.measurements), Object.entries(b.measurements), ([name]) => name)].map(
      ([name, one, other]) => {
        const [from, to] = [one?.[1] ?? null, other?.[1] ?? null];
        return { name, a: from, b: to, ratio: from === null || to === null || from === 0 ? null : to / from };
      },
    ),
    claims: [...both(a.claims, b.claims, ({ id }) => id)].map(([id, one, other]) => ({
      id,
      text: (one ?? other)?.text ?? id,
      a: one ? shown(one) : null,
      b: other ? shown(other) : null,
    })),
    environment: environmentRows(a.environment, language).flatMap(([name, value], index) => {
      const other = environmentRows(b.environment, language)[index]?.[1] ?? '';
      return value === other ? [] : [{ name, a: value, b: other }];
    }),
  };
  return { sentence: comparisonSentence(a, b, found, language), ...found };
}

const shown = ({ status, measured, unit, reason }: Claim): ComparedClaim['a'] => ({
  status,
  measured,
  ...(unit && { unit }),
  ...(reason && { reason }),
});

const last = ({ snapshots }: Report, region: number) => snapshots.findLast((snapshot) => snapshot.region === region);

/** What either has under a key, in the order of the first, then of the second. */
function* both<T>(a: readonly T[], b: readonly T[], key: (each: T) => string) {
  const [ofA, ofB] = [new Map(a.map((each) => [key(each), each])), new Map(b.map((each) => [key(each), each]))];
  for (const name of new Set([...ofA.keys(), ...ofB.keys()])) yield [name, ofA.get(name), ofB.get(name)] as const;
}

/** Pages of two snapshots whose states differ. Both are runs, so it takes as many steps as there are runs; or bytes. */
function differing(
  a: Snapshot | undefined,
  b: Snapshot | undefined,
  { pagesA, pagesB }: { pagesA: number; pagesB: number },
  language: Language,
): Pick<Comparison['pages'][number], 'differ' | 'changes' | 'reason'> {
  const unknown = (why: Text) => ({ differ: null, changes: [], reason: why[language] });
  if (!a || !b) return unknown(noLook);
  if (a.unknown || b.unknown) return unknown(untold);
  const pairs = a.runs.length > 0 && b.runs.length > 0 ? pairsOfRuns(a, b) : pairsOfPages(a, pagesA, b, pagesB);
  return pairs ? byStates(pairs) : unknown(noRuns);
}

/** How many pages have which flags in A and which in B: by the former × 256 + the latter. */
type Pairs = Uint32Array;

function pairsOfRuns(a: Snapshot, b: Snapshot): Pairs {
  const pairs = new Uint32Array(1 << 16);
  let [atA, atB, page] = [0, 0, 0];
  for (;;) {
    const [runA, runB] = [a.runs[atA], b.runs[atB]];
    if (!runA || !runB) return pairs;
    const end = Math.min(runA[0] + runA[1], runB[0] + runB[1]);
    const pair = (runA[2] << 8) | runB[2];
    if (end > page) pairs[pair] = (pairs[pair] ?? 0) + end - page;
    page = Math.max(page, end);
    if (runA[0] + runA[1] <= end) atA++;
    if (runB[0] + runB[1] <= end) atB++;
  }
}

/** Undefined where one of the two was not kept. */
function pairsOfPages(a: Snapshot, pagesA: number, b: Snapshot, pagesB: number): Pairs | undefined {
  const [flagsA, flagsB] = [flagsOf(a, pagesA), flagsOf(b, pagesB)];
  if (!flagsA || !flagsB) return undefined;
  const pairs = new Uint32Array(1 << 16);
  for (let page = Math.min(pagesA, pagesB) - 1; page >= 0; page--) {
    const pair = ((flagsA[page] ?? 0) << 8) | (flagsB[page] ?? 0);
    pairs[pair] = (pairs[pair] ?? 0) + 1;
  }
  return pairs;
}

/** Reports come from anywhere: no more is taken from them than their region is long. */
function flagsOf({ runs, pages: packed }: Snapshot, pages: number): Uint8Array | undefined {
  if (pages > maxFramePages) return undefined;
  if (packed !== undefined) {
    try {
      const flags = inflateSync(Buffer.from(packed, 'base64'), { maxOutputLength: pages });
      return flags.length === pages ? flags : undefined;
    } catch {
      return undefined;
    }
  }
  const flags = new Uint8Array(pages);
  for (const [firstPage, pageCount, byte] of runs) flags.fill(byte, firstPage, firstPage + pageCount);
  return runs.length > 0 ? flags : undefined;
}

function byStates(pairs: Pairs): Pick<Comparison['pages'][number], 'differ' | 'changes'> {
  let differ = 0;
  const changes = new Map<string, { a: PageState; b: PageState; pages: number }>();
  pairs.forEach((count, pair) => {
    const [a, b] = [pageState(pair >> 8), pageState(pair & 0xff)];
    if (count === 0 || a === b) return;
    differ += count;
    const key = `${a} ${b}`;
    changes.set(key, { a, b, pages: (changes.get(key)?.pages ?? 0) + count });
  });
  return { differ, changes: [...changes.values()].sort((x, y) => y.pages - x.pages) };
}
