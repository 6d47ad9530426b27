export interface Heading {
  /** Its place in an address: the same in every language. */
  readonly id: string;
  readonly level: number;
  readonly title: string;
}

/**
 * The headings of a document below its title. Their names in an address are made from the English document, which has
 * the same headings in the same order: a link then holds in every language.
 */
export function headingsOf(text: string, english: string): Heading[] {
  const names = titles(english).map(({ title }) => slug(title));
  return titles(text).map(({ level, title }, index) => ({ id: names[index] ?? slug(title), level, title }));
}

/** `## Resident and locked` in the lines that are not code. */
const titles = (text: string) =>
  [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^(#{2,4}) (.+)$/gm)].map(([, marks = '', title = '']) => ({
    level: marks.length,
    title: title.replaceAll('`', ''),
  }));

/** As GitHub makes it of a heading. */
const slug = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s+/g, '-');
