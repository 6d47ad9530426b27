import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fontFor } from '../../../lab/reports/fonts.ts';
import { png } from '../../../lab/reports/png.ts';
import { recordingPath } from '../../support/recorded.ts';

const { resolve } = createRequire(import.meta.url);
const parts = {
  wasm: resolve('@resvg/resvg-wasm/index_bg.wasm'),
  font: resolve('@fontsource-variable/inter/files/inter-latin-wght-normal.woff2'),
};

/** A picture that shows a text and nothing else. */
const saying = async (text: string): Promise<string> => {
  const shown = `<text y="15" font-family="sans-serif">${text}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="20">${shown}</svg>`;
  return Buffer.from(await png(svg, parts)).toString('latin1');
};

/** A font of a `cmap` alone, with one subtable. */
function fontWith(subtable: readonly number[]): Buffer {
  const cmap = [0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12, ...subtable];
  const table = [...Buffer.from('cmap'), 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, cmap.length];
  return Buffer.from([0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...table, ...cmap]);
}

/** U+9875 to U+9876, of one segment. */
const segments = (glyphs: number) => [
  ...[0, 4, 0, 34, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0],
  ...[0x98, 0x76, 0xff, 0xff, 0, 0, 0x98, 0x75, 0xff, 0xff],
  ...[(glyphs >> 8) & 0xff, glyphs & 0xff, 0, 1, 0, 0, 0, 0],
];
/** U+1F4BE to U+1F4C0, of one group. */
const groups = [0, 12, 0, 0, 0, 0, 0, 28, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0xf4, 0xbe, 0, 1, 0xf4, 0xc0, 0, 0, 0, 1];

describe('a picture as PNG', () => {
  it('has the letters that it says, each drawn as itself', async () => {
    const drawn = await Promise.all(['', 'locked', 'docked', 'é'].map(saying));
    expect(new Set(drawn).size).toBe(drawn.length);
    for (const each of drawn) expect(each).toMatch(/^\x89PNG\r\n/);
  });

  it('has Chinese in it, with a font of this machine', async (context) => {
    if (fontFor(['页', '锁']) === undefined) return context.skip('this machine has no font with Chinese');
    const drawn = await Promise.all(['', '页', '锁'].map(saying));
    expect(new Set(drawn).size).toBe(drawn.length);
  });

  it('is refused where no font can write its text, which the SVG needs none for', async () => {
    await expect(saying('\u{10fffd}')).rejects.toThrow(/^No font of this machine can write \u{10fffd}.* --format svg/u);
  });
});

describe('the font for characters', () => {
  it('is one whose table of characters has them all, whatever else lies there', () => {
    const folder = dirname(recordingPath());
    const file = (name: string, bytes: Uint8Array | string) => {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    };
    file('damaged.ttf', 'no font');
    file('cut.otf', fontWith(segments(1)).subarray(0, 44));
    // Its characters are there, and have no glyph.
    file('none.ttf', fontWith(segments(-0x9875)));
    expect(fontFor(['\u9875'], [folder, `${folder}/missing`])).toBe(undefined);
    const chinese = file('hei.ttf', fontWith(segments(1)));
    const signs = file('signs.ttf', fontWith(groups));
    expect(fontFor(['\u9875', '\u9876'], [folder])).toBe(chinese);
    expect(fontFor(['\u9874'], [folder])).toBe(undefined);
    expect(fontFor(['\u{1f4be}', '\u{1f4c0}'], [folder])).toBe(signs);
    expect(fontFor(['\u9875', '\u{1f4be}'], [folder])).toBe(undefined);
  });
});
