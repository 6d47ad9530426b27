/** The name without its folders. */
export const lastName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** A range as it is typed, `0-255` or `7`; empty is all, undefined what is neither. */
export function typedRange(typed: string): { firstPage: number; pageCount: number } | 'all' | undefined {
  const text = typed.trim();
  if (text === '') return 'all';
  const found = /^(\d{1,15})(?:\s*[-–]\s*(\d{1,15}))?$/.exec(text);
  if (!found) return undefined;
  const [first, last] = [Number(found[1]), Number(found[2] ?? found[1])];
  return last < first ? undefined : { firstPage: first, pageCount: last - first + 1 };
}

/** The same the other way round. */
export const rangeText = ({ firstPage, pageCount }: { firstPage: number; pageCount: number }): string =>
  `${firstPage}-${firstPage + pageCount - 1}`;
