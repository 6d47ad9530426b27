/** The engine's work on 262 144 pages against the same work in C. Needs `cc` and 1 GiB of free memory. */
import { Clock } from '../../lab/base/clock.ts';
import { perform } from '../../lab/operations/perform.ts';
import { Observer } from '../../lab/regions/observer.ts';
import { Region } from '../../lab/regions/region.ts';
import { MADV, MAP, madvise, mincore, mmap, munmap, PROT } from '../../native/calls/mman.ts';
import { touchWrite } from '../../native/calls/touch.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import { readPageTable } from '../../native/pages/page-table.ts';
import { residency } from '../../native/pages/residency.ts';
import { vmaStates } from '../../native/pages/vma-states.ts';
import { decodeFrame, encodeFrame } from '../../protocol/frame.ts';
import { FrameStream } from '../../protocol/frame-stream.ts';
import type { Operation } from '../../protocol/operation.ts';
import { cpuNs, median, Native, pages, type Row, row, type Skipped } from '../support/bench/row.ts';

const looks = 51;
const clock = new Clock();
const frameOf = { session: 1, region: 1, sequence: 1, skipped: 0, unknown: 0 };
const never = new AbortController().signal;
const everyPage: Operation = {
  kind: 'touch',
  access: 'write',
  pages: Array.from({ length: pages }, (_, page) => page),
};

async function spentNs(work: () => unknown): Promise<number> {
  const began = cpuNs();
  await work();
  return cpuNs() - began;
}

/** A region of small pages that nothing was touched of. */
async function freshRegion(): Promise<Region> {
  const { region } = Region.map(1, 'A', { pages }, (call) => call());
  if (!region) throw new Error(`The kernel refuses to map ${pages} pages.`);
  const range = { firstPage: 0, pageCount: pages };
  await perform({ kind: 'madvise', advice: 'MADV_NOHUGEPAGE', range }, region, clock, never);
  return region;
}

/** One turn: touches a fresh region, looks at it as for a new reader, then as for one who has seen it. */
async function turn() {
  const region = await freshRegion();
  const touchNs = await spentNs(() => perform(everyPage, region, clock, never));
  const observer = new Observer(region);
  observer.look(clock, -1);
  const lookNs: number[] = [];
  for (let look = 0; look < looks; look++) {
    lookNs.push(
      await spentNs(() => encodeFrame({ ...frameOf, takenNs: look, step: look }, observer.look(clock, look).flags)),
    );
  }
  const parts = await partsOf(region, observer);
  let frames = 0;
  const stream = new FrameStream(1, 1, () => frames++);
  stream.offer(observer.look(clock, -1));
  stream.acknowledge(1);
  frames = 0;
  const unchanged: number[] = [];
  for (let look = 0; look < looks; look++) {
    unchanged.push(await spentNs(() => stream.offer(observer.look(clock, -1, true))));
  }
  await region.release();
  return { touchNs, lookNs: median(lookNs), frames, parts: { ...parts, unchanged: median(unchanged) } };
}

/** What each part of a look and its frame takes, in ns. */
async function partsOf({ address }: Region, observer: Observer) {
  const bytes = new Uint8Array(pages);
  const { flags } = observer.last;
  const frame = encodeFrame({ ...frameOf, takenNs: 0, step: 0 }, flags);
  if (!frame) throw new Error('A whole frame is always made.');
  const each = {
    mincore: () => mincore(address, pages * pageSize(), bytes),
    scan: () => readPageTable(address, pages, bytes, true),
    locks: () => vmaStates(address, pages, {}, []),
    encode: () => encodeFrame({ ...frameOf, takenNs: 0, step: 0 }, flags),
    decode: () => decodeFrame(frame),
  };
  const spent: Record<string, number> = {};
  for (const [name, work] of Object.entries(each)) {
    const times: number[] = [];
    for (let look = 0; look < looks; look++) times.push(await spentNs(work));
    spent[name] = median(times);
  }
  return spent;
}

/** The most that a part may take of a mincore loop in C. */
const partBounds = { mincore: 2, scan: 3, locks: 0.3, encode: 0.3, decode: 0.1, unchanged: 2 } as const;

/** A look at 64 GiB of address space with little in it, and its frame, against mincore of it (as quick as in C). */
function wideRow(): Row {
  const wide = 1 << 24;
  const protection = PROT.READ | PROT.WRITE;
  const mapped = mmap(null, wide * pageSize(), protection, MAP.PRIVATE | MAP.ANONYMOUS | MAP.NORESERVE, -1, 0);
  if (mapped.errno !== null) throw new Error(`mmap of ${wide} pages: ${mapped.errno}`);
  const address = mapped.returned;
  madvise(address, wide * pageSize(), MADV.NOHUGEPAGE);
  const there = Uint32Array.from({ length: 4096 }, (_, index) => index * (wide / 4096));
  touchWrite(address, there);
  const flags = new Uint8Array(wide);
  const before = new Uint8Array(wide);
  const info = { ...frameOf, takenNs: 0, step: -1 };
  const [ours, inMincore] = [[] as number[], [] as number[]];
  for (let turn = 0; turn < 9; turn++) {
    let began = cpuNs();
    residency(address, wide, flags);
    encodeFrame(info, flags, before);
    ours.push(cpuNs() - began);
    before.set(flags);
    began = cpuNs();
    mincore(address, wide * pageSize(), flags);
    inMincore.push(cpuNs() - began);
  }
  munmap(address, wide * pageSize());
  return row(
    'look and frame of 16 777 216 pages, 4096 there, against mincore',
    'ns',
    1,
    median(ours),
    median(inMincore),
  );
}

export default async function engine(): Promise<(Row | Skipped)[]> {
  const names = {
    snapshot: 'snapshot and frame of 262 144 resident pages against mincore in C',
    touch: 'first touch of 262 144 pages against a C loop',
    frames: 'frames sent of an unchanged region, against looks',
  };
  using native = Native.compile();
  // The first touches of a machine that was idle make its host find memory; one turn of each is for that.
  native?.measure('touch', 1);
  await turn();
  const ours = { touch: [] as number[], look: [] as number[], frames: 0, parts: [] as Record<string, number>[] };
  const inC = { touch: [] as number[], look: [] as number[] };
  for (let round = 0; round < 5; round++) {
    if (native) {
      inC.touch.push(native.measure('touch', 1));
      inC.look.push(native.measure('mincore', looks));
    }
    const { touchNs, lookNs, frames, parts } = await turn();
    ours.parts.push(parts);
    ours.touch.push(touchNs);
    ours.look.push(lookNs);
    ours.frames += frames;
  }
  const frames = row(names.frames, 'frames', 0, ours.frames, 5 * looks);
  if (!native) {
    const skipped = 'there is no C compiler (cc) here';
    return [{ name: names.snapshot, skipped }, { name: names.touch, skipped }, frames];
  }
  return [
    row(names.snapshot, 'ns', 3, median(ours.look), median(inC.look)),
    ...Object.entries(partBounds).map(([part, bound]) =>
      row(
        `of a look, against mincore in C: ${part}`,
        'ns',
        bound,
        median(ours.parts.map((spent) => spent[part] ?? Number.NaN)),
        median(inC.look),
      ),
    ),
    row(names.touch, 'ns', 1.3, median(ours.touch), median(inC.touch)),
    wideRow(),
    frames,
  ];
}
