/**
 * What would turn a comment around or end it: control characters, and those that set the direction of writing
 * (-Wbidi-chars).
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** A text as a C comment. */
export function comment(text: string): string {
  const plain = Array.from(text, (character) => (unprintable.test(character) ? ' ' : character)).join('');
  return `/* ${plain.replaceAll('*/', '* /').replaceAll('/*', '/ *').replaceAll('??', '? ?')} */`;
}

/** A text as a C string of its UTF-8 bytes. A question mark is escaped, for two of them begin a trigraph. */
export function cString(text: string): string {
  const escaped = Array.from(text, (character) => {
    if ('"\\?'.includes(character)) return `\\${character}`;
    return unprintable.test(character) ? octal(character) : character;
  });
  return `"${escaped.join('')}"`;
}

function octal(character: string): string {
  const bytes = new TextEncoder().encode(character);
  return Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** The lines, one level deeper; an empty line stays empty. */
export function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `    ${line}`));
}
