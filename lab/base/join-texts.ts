import type { Text } from '../../protocol/text.ts';

/** Sentences one after the other, as parts of one; undefined where there are none. */
export function joined(...texts: readonly (Text | undefined)[]): Text | undefined {
  const said = texts.filter((text) => text !== undefined);
  if (said.length === 0) return undefined;
  return { en: said.map(({ en }) => en).join('; '), zh: said.map(({ zh }) => zh).join('；') };
}
