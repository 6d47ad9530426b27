import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { Terminal, withoutControls } from '../../cli/terminal.ts';
import { PageFlag, pageState, pageStates } from '../../protocol/flags.ts';
import type { Run } from '../../protocol/runs.ts';
import { bin, pagescope } from '../support/pagescope.ts';

interface Surroundings {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** What is written to a terminal, or to a file when it is none. */
async function written(
  write: (terminal: Terminal) => void,
  { isTTY = true, columns = 80, env = {} }: Surroundings = {},
) {
  const stream = new PassThrough();
  write(new Terminal(Object.assign(stream, { isTTY, columns }) as unknown as NodeJS.WriteStream, env));
  stream.end();
  return text(stream);
}

describe('colour', () => {
  const red = '\u001b[31mx\u001b[39m\n';
  it.each<[name: string, surroundings: Surroundings, printed: string]>([
    ['is on in a terminal', { env: { TERM: 'xterm-256color' } }, red],
    ['is on in a terminal that does not say which it is', {}, red],
    ['is off in a dumb terminal', { env: { TERM: 'dumb' } }, 'x\n'],
    ['is off where NO_COLOR is set', { env: { NO_COLOR: '1' } }, 'x\n'],
    ['is on where NO_COLOR is empty, as no-color.org has it', { env: { NO_COLOR: '' } }, red],
    ['is off in a file', { isTTY: false }, 'x\n'],
    ['is on in a file where FORCE_COLOR is set', { isTTY: false, env: { FORCE_COLOR: '1' } }, red],
    [
      'is on where FORCE_COLOR is set, whatever else is',
      { env: { FORCE_COLOR: '1', NO_COLOR: '1', TERM: 'dumb' } },
      red,
    ],
    ['is off where FORCE_COLOR is 0', { env: { FORCE_COLOR: '0' } }, 'x\n'],
    ['is as the terminal is where FORCE_COLOR is empty', { env: { FORCE_COLOR: '' } }, red],
  ])('%s', async (_, surroundings, printed) => {
    expect(await written((terminal) => terminal.line(terminal.style('red', 'x')), surroundings)).toBe(printed);
  });
});

describe('the page map', () => {
  const { Resident, Present, Locked, OnFault, Swapped, Zero, Huge } = PageFlag;
  const map = (runs: readonly Run[], pages: number, surroundings?: Surroundings, unknown?: number) =>
    written((terminal) => terminal.pageMap(runs, pages, 'en', unknown), surroundings);
  const plain = { isTTY: false };

  it.each<[state: string, flags: number, unknown: number, shape: string, colour: number]>([
    ['absent', 0, 0, '·', 90],
    ['resident', Resident | Present, 0, '■', 94],
    ['the zero page', Resident | Present | Zero, 0, '░', 36],
    ['locked', Resident | Present | Locked, 0, '▣', 33],
    ['locked and not in memory', Locked | OnFault, 0, '▢', 33],
    ['swapped', Swapped, 0, '▨', 35],
    ['huge', Resident | Present | Huge, 0, '█', 34],
    ['a guard page', Zero, 0, '╳', 31],
    ['not mapped', Huge, 0, '–', 90],
    ['unknown', Present, Resident, '?', 90],
  ])('draws a page that is %s', async (_, flags, unknown, shape, colour) => {
    expect(await map([[0, 2, flags]], 2, {}, unknown)).toBe(`  \u001b[${colour}m${shape.repeat(2)}\u001b[39m\n`);
  });

  it('gives each state a shape of its own', async () => {
    const here = Resident | Present;
    const flags = [0, here, here | Zero, here | Locked, Locked, Swapped, here | Huge, Zero, Huge];
    expect(new Set(flags.map((each) => pageState(each))).size).toBe(pageStates.length - 1);
    const drawn = await map(
      flags.map((each, page) => [page, 1, each]),
      flags.length,
      plain,
    );
    expect(new Set(drawn.trim()).size).toBe(flags.length);
  });

  it('has 64 pages a line, fewer in a narrow terminal, and the rest in the last line', async () => {
    const lines = async (columns: number) => (await map([[0, 100, Resident]], 100, { ...plain, columns })).split('\n');
    expect(await lines(80)).toEqual([`  ${'■'.repeat(64)}`, `  ${'■'.repeat(36)}`, '']);
    expect(await lines(200)).toEqual(await lines(80));
    expect(await lines(40)).toEqual([...Array(2).fill(`  ${'■'.repeat(36)}`), `  ${'■'.repeat(28)}`, '']);
    expect((await lines(1))[0]).toBe(`  ${'■'.repeat(16)}`);
  });

  it('draws in a cell of several pages what most of them are, and the first of two that are as many', async () => {
    // 8 lines of 64 cells: 1024 pages are two a cell, 1536 three.
    const two = await map(
      [
        [0, 1, Resident],
        [1, 1, Resident | Locked],
        [2, 2, Resident],
        [1023, 1, Resident],
      ],
      1024,
      plain,
    );
    expect(two.split('\n')).toEqual([
      `  ■■${'·'.repeat(62)}`,
      ...Array(6).fill(`  ${'·'.repeat(64)}`),
      `  ${'·'.repeat(63)}■`,
      '  (2 pages a cell)',
      '',
    ]);
    const three = await map(
      [
        [0, 1, Resident],
        [1, 2, Swapped],
        [3, 2, Resident],
        // Of this run a page is in that cell, and the rest in the next.
        [5, 4, Swapped],
      ],
      1536,
      plain,
    );
    expect(three).toMatch(/^ {2}▨■▨·+\n/);
  });
});

describe('names that somebody else gave', () => {
  it.each([
    ['a\u001b]0;title\u0007b', 'a\\x1b]0;title\\x07b'],
    ['one\ntwo\r\tthree', 'one\\x0atwo\\x0d\\x09three'],
    ['\u009b31mred', '\\x9b31mred'],
    ['up\u202Edown', 'up\\u202edown'],
    ['\u001b[8mhidden\u001b[2J', '\\x1b[8mhidden\\x1b[2J'],
    ['\u001b[31mcolour of our own\u001b[39m 页', '\u001b[31mcolour of our own\u001b[39m 页'],
  ])('do not speak to the terminal: %j', (text, shown) => {
    expect(withoutControls(text)).toBe(shown);
  });

  it('are told escaped, on standard error too, and one that is not UTF-8 is refused in a sentence', async () => {
    const gone = await pagescope(['run', 'file-cache', '--set', 'path=/tmp/\u001b]0;x\u0007']);
    expect(gone.stderr).toContain('/tmp/\\x1b]0;x\\x07');
    expect(gone.stderr).not.toContain('\u0007');
    const folder = mkdtempSync(join(tmpdir(), 'pagescope-names-'));
    const name = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe])]);
    writeFileSync(name, 'x'.repeat(4096));
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', `exec "$0" "$1" run file-cache --set path="$(printf '${folder}/\\377\\376')"`, process.execPath, bin],
      { encoding: 'utf8' },
    );
    expect(stderr).toMatch(/its name is not UTF-8/);
    expect(status).toBe(2);
    rmSync(folder, { recursive: true });
  });
});
