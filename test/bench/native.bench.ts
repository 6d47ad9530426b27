/**
 * native against C: `node test/bench/native.bench.ts`. Ratios of one run; ours and the reference take turns, so that both meet the
 * same machine. Needs a C compiler (`cc`) and 1 GiB of free memory.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MADV, MAP, madvise, mmap, munmap, PROT } from '../../native/mman.ts';
import { residency } from '../../native/residency.ts';
import { pageSize } from '../../native/sysconf.ts';
import { touchWrite } from '../../native/touch.ts';

/** One line of `npm run bench`. `bound` is the ratio that must not be passed. */
export type Row = {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly reference: number;
  readonly ratio: number;
  readonly bound: number;
};

const PAGES = 262_144;
const all = Uint32Array.from({ length: PAGES }, (_, page) => page);

function row(name: string, unit: string, bound: number, ours: number, reference: number): Row {
  return { name, unit, ours: round(ours), reference: round(reference), ratio: round(ours / reference), bound };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function times(rounds: number, work: () => unknown): number {
  return median(
    Array.from({ length: rounds }, () => {
      const begin = process.hrtime.bigint();
      work();
      return Number(process.hrtime.bigint() - begin);
    }),
  );
}

function map(pages: number): bigint {
  const mapped = mmap(null, pages * pageSize(), PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
  if (mapped.errno !== null) throw new Error(`mmap of ${pages} pages: ${mapped.errno}`);
  madvise(mapped.returned, pages * pageSize(), MADV.NOHUGEPAGE);
  return mapped.returned;
}

function touchFresh(): number {
  const address = map(PAGES);
  const ns = times(1, () => touchWrite(address, all));
  munmap(address, PAGES * pageSize());
  return ns;
}

function snapshotNs(): number {
  const address = map(PAGES);
  touchWrite(address, all);
  const into = new Uint8Array(PAGES);
  const ns = times(51, () => residency(address, PAGES, into));
  munmap(address, PAGES * pageSize());
  return ns;
}

/** Compiles the reference, takes turns with it, and answers with one row for each figure. */
export function rows(): readonly Row[] {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-bench-'));
  try {
    const program = join(folder, 'native');
    execFileSync('cc', ['-O2', '-o', program, new URL('native.c', import.meta.url).pathname]);
    const inC = (...words: readonly string[]) => Number(execFileSync(program, words, { encoding: 'utf8' }));
    const touchOurs: number[] = [];
    const touchC: number[] = [];
    const lookOurs: number[] = [];
    const lookC: number[] = [];
    // The first touches of a fresh machine make the host find memory; one round of each is for that.
    touchFresh();
    for (let turn = 0; turn < 3; turn++) {
      touchC.push(inC('touch', String(PAGES), '1'));
      touchOurs.push(touchFresh());
      lookC.push(inC('mincore', String(PAGES), '51'));
      lookOurs.push(snapshotNs());
    }
    return [
      row('snapshot of 262 144 resident pages against mincore in C', 'ns', 6, median(lookOurs), median(lookC)),
      row('first touch of 262 144 pages against a C loop', 'ns', 1.3, median(touchOurs), median(touchC)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) for (const each of rows()) console.log(JSON.stringify(each));
