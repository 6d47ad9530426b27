import { readFileSync } from 'node:fs';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { problem } from '../../protocol/problem.ts';
import { fontFor } from './fonts.ts';

/** What resvg is given, beside the picture. */
export interface PngParts {
  /** The machine code of resvg. */
  readonly wasm: string;
  /** Inter, of Latin letters. */
  readonly font: string;
}

/** What the font that is shipped can write, of what a picture says. */
const latin = /[ -\u00ff\u2013\u2014\u2018-\u201e\u2026]/u;

/** Points for each unit of the picture: sharp on paper and on dense screens. */
const zoom = 2;

let loaded: Promise<void> | undefined;

/**
 * An SVG of ours as PNG, on white. What the font that is shipped cannot write (Chinese) is written with one of this
 * machine's.
 *
 * @throws ProblemError where no font of this machine can write the text
 */
export async function png(svg: string, parts: PngParts): Promise<Uint8Array> {
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, said = '']) => said).join('');
  const others = [...new Set(texts)].filter((letter) => !latin.test(letter));
  const font = others.length === 0 ? [] : [fontFor(others) ?? noFont(others)];
  loaded ??= initWasm(readFileSync(parts.wasm));
  await loaded;
  const drawing = new Resvg(svg, {
    background: '#fff',
    fitTo: { mode: 'zoom', value: zoom },
    font: { fontBuffers: [parts.font, ...font].map((file) => readFileSync(file)), sansSerifFamily: 'Inter Variable' },
  });
  const image = drawing.render();
  try {
    return image.asPng();
  } finally {
    image.free();
    drawing.free();
  }
}

function noFont(letters: readonly string[]): never {
  const shown = letters.slice(0, 8).join('');
  throw problem(
    'cannot-run-here',
    `No font of this machine can write ${shown}, so there is no PNG: install one (Noto Sans CJK has Chinese), or take --format svg, which needs none.`,
    `本机没有能书写 ${shown} 的字体，因此无法生成 PNG：请安装字体（如 Noto Sans CJK），或改用不需要字体的 --format svg。`,
  );
}
