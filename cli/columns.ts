import { withoutControls } from './terminal.ts';

/** A column of a table: its heading, and whether its cells are numbers, which stand at its right. */
export interface Column {
  readonly heading: string;
  readonly right?: boolean;
  /** Longer texts are cut. */
  readonly most?: number;
}

/** How many columns of a terminal a text takes: Chinese characters take two. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(
      character,
    )
      ? 2
      : 1;
  return width;
}

/** A name that others gave, without control characters, those of colours too. */
export function escaped(text: string): string {
  return withoutControls(text.replaceAll('\u001b', '\\x1b'));
}

/** A text without control characters, cut to what a column takes. */
function shown(text: string, most = Number.POSITIVE_INFINITY): string {
  const plain = escaped(text);
  if (widthOf(plain) <= most) return plain;
  let cut = '';
  for (const character of plain) {
    if (widthOf(cut + character) > most - 1) break;
    cut += character;
  }
  return `${cut}…`;
}

/** The lines of a table, its heading first. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const cells = [columns.map(({ heading }) => heading), ...rows].map((row) =>
    columns.map(({ most }, at) => shown(row[at] ?? '', most)),
  );
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => widthOf(row[at] ?? ''))));
  return cells.map((row) =>
    row
      .map((text, at) => {
        const room = ' '.repeat((widths[at] ?? 0) - widthOf(text));
        return columns[at]?.right ? room + text : text + room;
      })
      .join('  ')
      .trimEnd(),
  );
}
