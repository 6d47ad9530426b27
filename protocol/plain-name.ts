// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
const controls = /[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;
const eachControl = new RegExp(controls, 'g');

/**
 * A name that somebody else has chosen, as one line that says what it is: `\x1b` for what would move a cursor, `\u202e`
 * for what would turn the letters round.
 */
export function plainName(name: string): string {
  if (!controls.test(name)) return name;
  return name.replaceAll(eachControl, (control) => {
    const digits = control.charCodeAt(0).toString(16);
    return digits.length > 2 ? `\\u${digits}` : `\\x${digits.padStart(2, '0')}`;
  });
}

/** The same of what has a name. */
export function withPlainName<T extends { readonly name: string | null }>(named: T): T {
  const name = named.name === null ? null : plainName(named.name);
  return name === named.name ? named : { ...named, name };
}
