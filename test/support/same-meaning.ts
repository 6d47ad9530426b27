/**
 * Whether an English and a Chinese sentence may mean the same: as many negations, the same names and numbers, and of
 * each pair of opposites the same one. It can't tell that they do; it tells when one was turned round or was forgotten.
 */

const NOT_EN =
  /\b(?:not|no|none|nobody|neither|cannot|without|unknown|missing|nothing|forbids?|short|outside|absurd|kept secret|as it was|unchanged|more than one|ran out)\b|\bnor owned\b|n’t\b/gi;
const NOT_ZH = /不|没有|未|无|缺少|非|禁止|以外/g;

/** What stands for itself in both: constants, calls' flags, settings, versions, counts. */
const NAMES = /[A-Z][A-Z_]{2,}\d?[A-Z_]*|\b[a-z]+\.[a-z_]+\b|\d[\d.]*/g;

const PAIRS: readonly (readonly [en: RegExp, zh: RegExp])[] = [
  [/\bunlock/i, /解锁/],
  [/\block(?:ed|ing|s)?\b/i, /锁定/],
  [/\bsoft\b/i, /软/],
  [/\bhard limit/i, /硬上限/],
  [/\brais(?:e|ing)|\bhigher/i, /提高/],
  [/\babove\b/, /大于/],
  [/\bbelow\b/, /低于/],
  [/\bover\b|exceed|overflow|\bpast\b|leaves user space/i, /超过|超出|溢出/],
  [/\bbefore\b/, /之前/],
  [/\bafter\b/, /其后|之后/],
  [/\b(?:mapped|mapping)/i, /映射/],
  [/\b(?:writ(?:e|able|ing))\b/i, /写/],
  [/\bread(?:able|ing)?\b/i, /读/],
  [/\bold\b/, /旧/],
  [/\btoo (?:many|much)\b/i, /过多/],
  [/\bneeds\b/, /需要/],
  [/\bended\b/, /结束/],
];

const sorted = (text: string) => [...new Set(text.match(NAMES) ?? [])].sort().join(' ');

/** In what the two differ, in words; empty when nothing was found. */
export function differences({ en, zh }: { readonly en: string; readonly zh: string }): string[] {
  const [notEn, notZh] = [en.match(NOT_EN) ?? [], zh.match(NOT_ZH) ?? []];
  const negated = notEn.length === notZh.length ? [] : [`negations: ${notEn} | ${notZh}`];
  const names = sorted(en) === sorted(zh) ? [] : [`names: ${sorted(en)} | ${sorted(zh)}`];
  const pairs = PAIRS.filter(([inEn, inZh]) => inEn.test(en) !== inZh.test(zh)).map(([each]) => `only one: ${each}`);
  return [...negated, ...names, ...pairs];
}
