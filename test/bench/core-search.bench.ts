/**
 * A core file searched against `grep -c -F` with the same 32 random bytes, both of a file that is in the page cache.
 * Time of day: what its user waits for, with all the threads that each has. Needs 1 GiB on a disk, and grep.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { searchCore } from '../../lab/core-file/search-core.ts';
import { diskFolder } from '../../lab/regions/disk-folder.ts';
import { status } from '../../native/proc/proc-status.ts';
import { longestBlockMs, median, type Row, row, type Skipped } from '../support/bench/row.ts';
import { buildCore, dataOffset, marker } from '../support/build-core.ts';
import { searchFor } from '../support/two-pages.ts';

const mebibyte = 1 << 20;
const fileBytes = 1 << 30;
const sparseBytes = 256 * fileBytes;
const rounds = 7;
const names = {
  one: 'core search vs grep -c -F',
  three: 'core search for three markers vs grep -c -F with three',
  speed: 'ms for 1 GiB of a core file in the page cache, against 1 GB/s',
  memory: 'core search peak memory growth',
  sparse: 'core search of 256 GiB of holes with 1 MiB of data, against 1 s',
  block: 'longest block of the main loop: core search',
};

/** 1 GiB that no two blocks of are alike, with each marker once. */
function fill(path: string, markers: readonly Uint8Array[]): void {
  const segment = { address: 0x10000n, memoryBytes: fileBytes, fileBytes };
  buildCore(path, [segment], []);
  const fd = openSync(path, 'r+');
  const block = randomBytes(mebibyte);
  const start = dataOffset(1);
  for (let at = 0; at < fileBytes; at += mebibyte) {
    block.writeUInt32LE(at, 0);
    writeSync(fd, block, 0, mebibyte, start + at);
  }
  for (const [index, bytes] of markers.entries())
    writeSync(fd, bytes, 0, 32, start + (index + 1) * 300 * mebibyte - 16);
  closeSync(fd);
}

function grepMs(path: string, needles: readonly string[]): number {
  const began = performance.now();
  const words = ['-c', '-F', ...needles.flatMap((needle) => ['-f', needle]), path];
  const { error, stdout } = spawnSync('grep', words, { env: { PATH: process.env.PATH, LC_ALL: 'C' } });
  const spentMs = performance.now() - began;
  if (error) throw error;
  if (Number(stdout) !== needles.length) throw new Error(`grep found ${stdout} of ${needles.length} markers.`);
  return spentMs;
}

async function oursMs(path: string, markers: readonly Uint8Array[]): Promise<number> {
  const search = searchFor({ markers: markers.map((bytes, index) => ({ region: index + 1, bytes })), regions: [] });
  const began = performance.now();
  const { found } = await searchCore(path, search);
  const spentMs = performance.now() - began;
  if (found.some(({ count }) => count !== 1)) throw new Error(`Found ${JSON.stringify(found)}, not each marker once.`);
  return spentMs;
}

/** The most that this process grew by while it worked, in bytes, looked at whenever the main loop could turn. */
async function grownBytes(work: () => Promise<unknown>): Promise<number> {
  const residentBytes = () => {
    const read = status();
    return read.errno === null ? read.vmRssBytes : 0;
  };
  const before = residentBytes();
  let [peak, working] = [before, true];
  const watch = (async () => {
    while (working) {
      await setImmediate();
      peak = Math.max(peak, residentBytes());
    }
  })();
  await work();
  working = false;
  await watch;
  return peak - before;
}

export default async function coreSearch(): Promise<(Row | Skipped)[]> {
  if (spawnSync('grep', ['--version']).error) {
    return Object.values(names).map((name) => ({ name, skipped: 'there is no grep here' }));
  }
  const folder = mkdtempSync(join(diskFolder(), 'pagescope-bench-'));
  try {
    const path = join(folder, 'core');
    const markers = [marker(), marker(), marker()];
    const needles = markers.map((bytes, index) => {
      const needle = join(folder, `needle-${index}`);
      writeFileSync(needle, bytes);
      return needle;
    });
    fill(path, markers);
    const grown = await grownBytes(() => oursMs(path, markers));
    const times = { one: [] as number[], three: [] as number[], grepOne: [] as number[], grepThree: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      times.grepOne.push(grepMs(path, needles.slice(0, 1)));
      times.one.push(await oursMs(path, markers.slice(0, 1)));
      times.grepThree.push(grepMs(path, needles));
      times.three.push(await oursMs(path, markers));
    }
    const blocks: number[] = [];
    for (let round = 0; round < rounds; round++) blocks.push(await longestBlockMs(oursMs(path, markers)));
    const sparse = join(folder, 'sparse');
    const half = sparseBytes / 2;
    buildCore(
      sparse,
      [{ address: 0x10000n, memoryBytes: sparseBytes, fileBytes: sparseBytes }],
      [
        { at: half, bytes: randomBytes(mebibyte) },
        { at: sparseBytes - 32, bytes: markers[0] ?? marker() },
      ],
    );
    const sparseMs = await oursMs(sparse, markers.slice(0, 1));
    return [
      row(names.one, 'ms', 1, median(times.one), median(times.grepOne)),
      row(names.three, 'ms', 1, median(times.three), median(times.grepThree)),
      row(names.speed, 'ms', 1, median(times.three), fileBytes / 1e6),
      row(names.sparse, 'ms', 1, sparseMs, 1000),
      row(names.memory, 'MiB', 1, grown / mebibyte, 64),
      row(names.block, 'ms', 1, median(blocks), 10),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
