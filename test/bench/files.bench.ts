import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytePath } from '../../lab/files/byte-path.ts';
import { FileWalk } from '../../lab/files/look-at-files.ts';
import { type Row, row, type Skipped } from '../support/bench/row.ts';

const rounds = 9;
const manyFiles = 10_000;
const largeBytes = 2 ** 32;

/** Ms that a look at all of this takes, the walk and every count included, and how many pages it found. */
async function ours(path: string): Promise<{ ms: number; cached: number }> {
  let cached = 0;
  const from = performance.now();
  await new FileWalk().look(bytePath(path), (look) => {
    cached += look.cachedPages ?? Number.NaN;
  });
  return { ms: performance.now() - from, cached };
}

/** Ms that the command takes. NaN where it is not installed. */
function theirs(command: string, words: readonly string[]): number {
  const from = performance.now();
  const { error } = spawnSync(command, words, { stdio: ['ignore', 'ignore', 'ignore'] });
  return error ? Number.NaN : performance.now() - from;
}

/**
 * Side by side, in turns; of each the quickest, since what else runs here makes all of them wait. Of a command that is
 * less what it takes to start.
 */
async function compared(what: string, path: string, listed: readonly string[]): Promise<(Row | Skipped)[]> {
  const times = { ours: [] as number[], vmtouch: [] as number[], fincore: [] as number[] };
  const started = { vmtouch: [] as number[], fincore: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.ours.push((await ours(path)).ms);
    times.vmtouch.push(theirs('vmtouch', [path]));
    times.fincore.push(theirs('fincore', listed));
    for (const command of ['vmtouch', 'fincore'] as const) started[command].push(theirs(command, ['/dev/null']));
  }
  return (['vmtouch', 'fincore'] as const).map((command) => {
    const name = `${what}, against ${command}`;
    const reference = Math.min(...times[command]) - Math.min(...started[command]);
    if (Number.isNaN(reference)) return { name, skipped: `there is no ${command} here` };
    return reference <= 0
      ? { name, skipped: `${command} takes no longer than it takes to start` }
      : row(name, 'ms', 1, Math.min(...times.ours), reference);
  });
}

/**
 * Looking at files, with four system calls for a small one where theirs are six, against the tools that do it, in one
 * run and on the same files.
 */
export default async function files(): Promise<(Row | Skipped)[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-bench-files-'));
  try {
    const many = join(folder, 'many');
    mkdirSync(many);
    for (let n = 0; n < manyFiles; n++) writeFileSync(join(many, `${n}`), new Uint8Array(5000));
    const each = readdirSync(many).map((name) => join(many, name));
    const rows = await compared(`${manyFiles} files of 5 kB`, many, each);
    rmSync(many, { recursive: true });
    const what = 'a file of 4 GiB, all cached';
    if (freemem() < 2 * largeBytes) {
      return [...rows, { name: what, skipped: 'less than 8 GiB of memory are free, and it is to fit in the cache' }];
    }
    const large = join(folder, 'large');
    const fd = openSync(large, 'w');
    const chunk = new Uint8Array(1 << 24).fill(1);
    for (let at = 0; at < largeBytes; at += chunk.length) writeSync(fd, chunk);
    closeSync(fd);
    execFileSync('sync', [large]);
    const { cached } = await ours(large);
    if (cached < largeBytes / 4096 / 2) return [...rows, { name: what, skipped: 'not half of it stayed in the cache' }];
    return [...rows, ...(await compared(what, large, [large]))];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
