import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where fonts are, as fontconfig looks by default (fonts.conf(5)). */
const fontFolders = () => [
  join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'fonts'),
  join(homedir(), '.fonts'),
  '/usr/local/share/fonts',
  '/usr/share/fonts',
];

/** So many files are looked into, none of which is larger; Noto Sans CJK has 20 MB. */
const maxFonts = 4000;
const maxFontBytes = 64 << 20;

/** A font of this machine that can write all of these characters; undefined where there is none. */
export function fontFor(letters: readonly string[], folders = fontFolders()): string | undefined {
  const files = folders.flatMap(fontsBelow).sort((a, b) => plainness(a) - plainness(b));
  const points = letters.map((letter) => letter.codePointAt(0) ?? 0);
  return files.slice(0, maxFonts).find((file) => {
    try {
      return covers(file, points);
    } catch {
      // Not ours, and damaged or not to be read: no font to write with.
      return false;
    }
  });
}

function fontsBelow(folder: string): string[] {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => /\.(ttf|otf|ttc|otc)$/i.test(name)).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** The smaller, the more like the letters of a caption: upright, of middling weight, without serifs. */
const plainness = (file: string): number =>
  (/italic|oblique|bold|black|light|thin|mono/i.test(file) ? 2 : 0) + (/sans|hei|gothic/i.test(file) ? 0 : 1);

/** Whether the first font of a file has a glyph for each (OpenType: `cmap`, formats 4 and 12). */
function covers(file: string, points: readonly number[]): boolean {
  if (statSync(file).size > maxFontBytes) return false;
  const fd = openSync(file, 'r');
  try {
    const read = (at: number, length: number): DataView => {
      const bytes = new Uint8Array(length);
      const got = readSync(fd, bytes, 0, length, at);
      return new DataView(bytes.buffer, 0, got);
    };
    const collection = read(0, 16);
    const start = collection.getUint32(0) === tag('ttcf') ? collection.getUint32(12) : 0;
    const tables = read(start, 12 + 16 * read(start, 12).getUint16(4));
    for (let at = 12; at < tables.byteLength; at += 16) {
      if (tables.getUint32(at) !== tag('cmap')) continue;
      return charactersOf(read(tables.getUint32(at + 8), tables.getUint32(at + 12)), points);
    }
    return false;
  } finally {
    closeSync(fd);
  }
}

/** Whether a `cmap` has all of these characters; its best subtable is the one that has them. */
function charactersOf(cmap: DataView, points: readonly number[]): boolean {
  for (let record = 0; record < cmap.getUint16(2); record++) {
    const at = cmap.getUint32(4 + 8 * record + 4);
    const format = cmap.getUint16(at);
    const has = format === 12 ? inGroups : format === 4 ? inSegments : undefined;
    if (has && points.every((point) => has(cmap, at, point))) return true;
  }
  return false;
}

function inGroups(cmap: DataView, at: number, point: number): boolean {
  for (let group = 0; group < cmap.getUint32(at + 12); group++) {
    const from = at + 16 + 12 * group;
    if (point >= cmap.getUint32(from) && point <= cmap.getUint32(from + 4)) return true;
  }
  return false;
}

function inSegments(cmap: DataView, at: number, point: number): boolean {
  const twice = cmap.getUint16(at + 6);
  for (let segment = 0; segment < twice; segment += 2) {
    const end = at + 14 + segment;
    if (point > cmap.getUint16(end)) continue;
    const start = cmap.getUint16(end + 2 + twice);
    if (point < start) return false;
    const offsetAt = end + 2 + 3 * twice;
    const offset = cmap.getUint16(offsetAt);
    const glyph =
      offset === 0
        ? point + cmap.getUint16(end + 2 + 2 * twice)
        : cmap.getUint16(offsetAt + offset + 2 * (point - start));
    return (glyph & 0xffff) !== 0;
  }
  return false;
}

const tag = (name: string): number => new DataView(new TextEncoder().encode(name).buffer).getUint32(0);
