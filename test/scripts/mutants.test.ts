import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSync } from 'vite';
import { describe, expect, test } from 'vitest';
import { nodePath } from '../../scripts/children.mjs';
import { mutableFiles } from '../../scripts/mutable-files.mjs';
import { applied, chosen, mutationsOf } from '../../scripts/mutations.mjs';
import { inProject } from '../../scripts/project.mjs';

const slipsIn = (source: string, file = 'a.ts') =>
  mutationsOf(source, file).map((one) => [one.slip, applied(one, source)] as const);

describe('a slip', () => {
  test.each([
    ['a < b', '< becomes <=', 'a <= b'],
    ['a !== b', '!== becomes ===', 'a === b'],
    ['(a) && (b)', '&& becomes ||', '(a) || (b)'],
    ['a ?? b', '?? becomes ||', 'a || b'],
    ['i++', '++ becomes --', 'i--'],
    ['a |= 4', '|= becomes &=', 'a &= 4'],
    ['a = 4095', 'off by one', 'a = 4096'],
    ['a = 0n', 'off by one', 'a = 1n'],
    ['a = true', 'true becomes false', 'a = false'],
    ["a = '已锁定' + 'b'", 'text emptied', "a = '已锁定' + ''"],
    ['f(a, b, c)', 'arguments swapped', 'f(c, b, a)'],
    ['Math.min(a)', 'min becomes max', 'Math.max(a)'],
    ['a.filter(f).length', '.filter() dropped', 'a.length'],
    ['f(a)', 'statement dropped', ';'],
    ['await f()', 'await dropped', 'f()'],
    ['if (a) b', 'condition negated', 'if (!(a)) b'],
    ['a = !b', 'negation dropped', 'a = b'],
    ['function f() { if (a) return 1; g(); }', 'return dropped', 'function f() { if (a) ; g(); }'],
    ['try { f(); } finally { g(); }', 'finally emptied', 'try { f(); } finally {}'],
    ['try { f(); } catch { g(); }', 'catch emptied', 'try { f(); } catch {}'],
    ['{ using a = f(); }', 'never disposed', '{ const a = f(); }'],
  ])('%s: %s', (source, slip, mutated) => {
    expect(slipsIn(source)).toContainEqual([slip, mutated]);
  });

  test.each([
    ["import a from './a.ts'; export * from './b.ts'; export { c } from './c.ts';"],
    ["type A = 'a' | 1; interface B { c: true }"],
    ["const a = { 'b c': d } as { 'b c': 1 };"],
  ])('is none in names and types: %s', (source) => {
    expect(slipsIn(source)).toEqual([]);
  });

  test('never makes a signal or a deletion hit something else', () => {
    const source = "const a = process.kill(-pid, 0); const b = rmSync(join(a, 'b'), { recursive: true });";
    expect(slipsIn(source)).toEqual([]);
  });

  test('leaves a file that parses, in JSX too', async () => {
    const file = 'renderer/components/results/claims.tsx';
    const slips = slipsIn(await readFile(inProject(file), 'utf8'), file);
    expect(slips.length).toBeGreaterThan(20);
    expect(slips.filter(([, mutated]) => parseSync(file, mutated).errors.length > 0)).toEqual([]);
  });
});

test('the seed decides which slips are tried, and every kind has its turn', () => {
  const all = [...Array.from({ length: 98 }, (_, id) => ({ slip: 'text emptied', id })), { slip: 'a' }, { slip: 'b' }];
  const some = chosen(all, 10, 7);
  expect(chosen(all, 10, 7)).toEqual(some);
  expect(chosen(all, 10, 8)).not.toEqual(some);
  expect(some.map(({ slip }) => slip)).toEqual(expect.arrayContaining(['a', 'b']));
  expect(some).toHaveLength(10);
});

test('slips are put into sources alone', () => {
  expect(mutableFiles(['protocol/size.ts', 'test/protocol', 'README.md'])).toEqual(['protocol/size.ts']);
  expect(() => mutableFiles(['docs'])).toThrow(/^docs holds no source .*: name another path\.$/);
});

test('npm run mutants leaves nothing behind when it is interrupted', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pagescope-interrupted-'));
  const command = [inProject('scripts', 'mutants.mjs'), 'protocol/size.ts', '--seed', '1', '--count', '3'];
  const child = spawn(nodePath(), command, { env: { ...process.env, TMPDIR: folder } });
  try {
    const [line] = await once(child.stdout, 'data');
    expect(`${line}`).toMatch(/^3 of the \d+ possible slips in 1 files, seed 1\n$/);
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([130, null]);
    expect(await readdir(folder)).toEqual([]);
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  }
});
