import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { pageSize } from '../../native/libc/sysconf.ts';
import { ExitStatus } from '../../protocol/exit-status.ts';
import { bin, Running, type Start } from '../support/pagescope.ts';
import { nobody } from '../support/users.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagescope-files-command-'));
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true }));
const size = pageSize();

const said = (words: readonly string[], start?: Start) => new Running(['files', ...words], start).ended;

async function json(words: readonly string[], start?: Start) {
  const { stdout, status } = await said(['--json', ...words], start);
  return { ...JSON.parse(stdout), status };
}

/** A new file, written out. */
function fileOf(name: string, pages: number): string {
  const path = join(folder, name);
  writeFileSync(path, new Uint8Array(pages * size).fill(1), { flush: true });
  return path;
}

test('what was cached is saved, evicted and restored, page by page', async (context) => {
  const path = fileOf('warm', 1024);
  const set = join(folder, 'set');
  const evicted = await json([path, '--evict', '--yes']);
  if (evicted.files[0].cachedPages === 1024) context.skip(`${tmpdir()} is memory itself, so nothing can be evicted`);
  expect(evicted.files[0].cachedPages).toBe(0);
  await json(['--touch', `${path}:100-120`]);
  const saved = await json(['--pages', path, '--save', set]);
  // Where the advice to read nothing ahead is not passed on, as through overlayfs, there may be more.
  const covers = (runs: readonly [number, number][]) =>
    runs.some(([first, count]) => first <= 100 && first + count >= 120);
  expect(covers(saved.files[0].runs)).toBe(true);
  expect((await json([path, '--evict', '--yes'])).files[0].cachedPages).toBe(0);
  await json(['--restore', set]);
  const restored = await json(['--pages', path]);
  expect(covers(restored.files[0].runs)).toBe(true);
  expect(restored.files[0].cachedPages).toBeLessThan(1024);
  expect((await said([path, '--save', set])).status).toBe(ExitStatus.BadInput);
  expect((await said(['--restore', join(folder, 'missing')])).status).toBe(ExitStatus.BadInput);
  expect((await said(['--restore', path])).stderr).toMatch(/line 1 is not what pagescope files --save writes/);
});

test('eviction that nobody agreed to does nothing and says what it costs', async () => {
  const path = fileOf('asked', 4);
  const { stderr, status } = await said(['--evict', path]);
  expect(stderr).toMatch(/other people's files too.*--yes/);
  expect(status).toBe(ExitStatus.BadInput);
  expect((await json([path])).files[0].cachedPages).toBe(4);
});

test('fincore and pcstat are printed with the names that scripts parse', async () => {
  const path = fileOf('named', 3);
  const fincore = await json(['--format', 'fincore', '-b', path]);
  expect(fincore.fincore).toEqual([{ res: 3 * size, pages: 3, size: 3 * size, file: path }]);
  const pcstat = await said(['--format', 'pcstat', '--pages', path]);
  expect(JSON.parse(pcstat.stdout)).toMatchObject([
    { filename: path, size: 3 * size, pages: 3, cached: 3, uncached: 0, percent: 100, status: [true, true, true] },
  ]);
  expect((await said(['--format', 'vmtouch', path])).stdout).toMatch(/Resident Pages: 3\/3 {2}\d+K\/\d+K {2}100%/);
});

test('of another’s file nothing is told, as null, never as 0 or all', async (context) => {
  if (process.geteuid?.() !== 0) context.skip('only root may be another user');
  const path = fileOf('others', 3);
  const { files, total, status } = await json([path], { prefix: nobody });
  // Linux 6.5 to 6.13 let cachestat answer.
  if (files[0].witness === 'cachestat') context.skip("this kernel's cachestat answers everybody (before 6.14)");
  expect(files[0]).toMatchObject({ pages: 3, cachedPages: null, dirtyPages: null, witness: null });
  expect(files[0].reason).toMatch(/neither yours nor writable/);
  expect(total).toMatchObject({ cachedPages: null, unknownFiles: 1 });
  expect(status).toBe(ExitStatus.NothingMeasured);
});

test('on overlayfs mincore is the witness, and dirty pages are unknown', async (context) => {
  for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(folder, name));
  fileOf('lower/file', 5);
  const mount = `mount -t overlay overlay -o lowerdir=${folder}/lower,upperdir=${folder}/upper,workdir=${folder}/work ${folder}/merged && exec "$@"`;
  const prefix = ['unshare', '--mount', 'sh', '-c', mount, 'sh'];
  const [command = '', ...words] = [...prefix, 'true'];
  const tried = spawnSync(command, words, { encoding: 'utf8' });
  if (tried.status !== 0) context.skip(`no overlayfs can be mounted here: ${tried.stderr.trim() || 'it needs root'}`);
  const { files } = await json([join(folder, 'merged')], { prefix });
  expect(files).toMatchObject([{ pages: 5, cachedPages: 5, dirtyPages: null, witness: 'mincore' }]);
});

test('a lock is held until the command is ended, and counts in its VmLck', async (context) => {
  if (!existsSync('/proc/self/status')) context.skip('there is no /proc');
  const running = new Running(['files', '--lock', '--yes', fileOf('locked', 4)]);
  await running.before(new Promise((resolve) => running.child.stderr.once('data', resolve)));
  const status = readFileSync(`/proc/${running.child.pid}/status`, 'utf8');
  expect(Number(/VmLck:\s+(\d+) kB/.exec(status)?.[1]) * 1024).toBe(4 * size);
  running.child.kill('SIGINT');
  const { stderr, status: ending } = await running.ended;
  expect(ending).toBe('SIGINT');
  expect(stderr).toMatch(/KiB locked by process \d+, until it ends/);
});

test('a name that is not UTF-8 can be typed, also beside one that looks the same', async () => {
  for (const [byte, pages] of [
    [0xff, 1],
    [0xfe, 2],
  ] as const) {
    writeFileSync(Buffer.concat([Buffer.from(join(folder, 'odd')), Buffer.of(byte)]), new Uint8Array(pages * size));
  }
  const named = `"$(printf '${folder}/odd\\377')" "$(printf '${folder}/odd\\376:0-1')"`;
  const { stdout } = spawnSync('sh', ['-c', `exec "$0" "$1" files --json ${named}`, process.execPath, bin], {
    encoding: 'utf8',
  });
  const { files } = JSON.parse(stdout);
  expect(files.map(({ pages }: { pages: number }) => pages)).toEqual([1, 1]);
  expect(files.map(({ pathBase64 }: { pathBase64: string }) => Buffer.from(pathBase64, 'base64').at(-1))).toEqual([
    0xff, 0xfe,
  ]);
});
