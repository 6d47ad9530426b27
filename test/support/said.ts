/** Every text of the source that is said in both languages. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vite';
import { en } from '../../renderer/i18n/en.ts';
import { zh } from '../../renderer/i18n/zh.ts';

/** A text in both languages, and where it stands: a file, or the key of a text of the window. */
export interface Said {
  readonly where: string;
  readonly en: string;
  readonly zh: string;
}

/** Every text by its path, `run.pause`. */
export function flat(texts: object, path = ''): Map<string, string> {
  return new Map(
    Object.entries(texts).flatMap(([key, value]): [string, string][] =>
      typeof value === 'string' ? [[`${path}${key}`, value]] : [...flat(value, `${path}${key}.`)],
    ),
  );
}

/** The texts of the window. */
export function saidInWindow(): Said[] {
  const english = flat(en);
  return [...flat(zh)].map(([where, text]) => ({ where, en: english.get(where) ?? '', zh: text }));
}

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Folders with no texts for people in them. */
const without = /^(?:\..*|node_modules|out|dist|build|docs|scripts|test|bin)$/;

/**
 * The texts that stand side by side in the source: `{ en, zh }`, and `problem(kind, en, zh)`. A value in a text is `…`.
 */
export function saidInSource(): Said[] {
  const folders = readdirSync(root, { withFileTypes: true }).filter(
    (each) => each.isDirectory() && !without.test(each.name),
  );
  return folders.flatMap(({ name }) =>
    readdirSync(join(root, name), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .flatMap((file) => pairsIn(join(name, file))),
  );
}

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const isChinese = (text: string) => /\p{Script=Han}/u.test(text);

function pairsIn(file: string): Said[] {
  const found: Said[] = [];
  const add = (english: unknown, chinese: unknown) => {
    const pair = [wordsOf(english), wordsOf(chinese)];
    if (pair[0] === undefined || pair[1] === undefined) return;
    found.push({ where: file, en: pair[0], zh: pair[1] });
  };
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look);
    if (!isNode(value)) return;
    if (value.type === 'ObjectExpression') {
      const fields = new Map(
        listOf(value.properties).map((each) => [isNode(each) && isNode(each.key) && each.key.name, each]),
      );
      const field = (name: string) => {
        const each = fields.get(name);
        return isNode(each) ? each.value : undefined;
      };
      add(field('en'), field('zh'));
    } else if (value.type === 'CallExpression') {
      const given = listOf(value.arguments);
      for (const [at, chinese] of given.entries()) {
        const [before, here] = [wordsOf(given[at - 1]) ?? '', wordsOf(chinese) ?? ''];
        if (before !== '' && !isChinese(before) && isChinese(here)) add(given[at - 1], chinese);
      }
    }
    for (const inner of Object.values(value)) if (typeof inner === 'object') look(inner);
  };
  look(parseAst(readFileSync(join(root, file), 'utf8'), { lang: file.endsWith('x') ? 'tsx' : 'ts' }));
  return found;
}

/** The words of a literal, of a template and the literals in it, and of both sides of a choice. */
function wordsOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node.type === 'ConditionalExpression') {
    const sides = [node.consequent, node.alternate].map(wordsOf).filter((side) => side !== undefined);
    return sides.length > 0 ? sides.join('') : undefined;
  }
  if (node.type !== 'TemplateLiteral') return undefined;
  const values = listOf(node.expressions).map((value) => wordsOf(value) ?? '…');
  return listOf(node.quasis)
    .map((part, at) => `${cooked(part)}${values[at] ?? ''}`)
    .join('');
}

function cooked(part: unknown): string {
  const value = isNode(part) ? part.value : undefined;
  return typeof value === 'object' && value !== null && 'cooked' in value ? `${value.cooked}` : '';
}
