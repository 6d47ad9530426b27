/** Anybody's text in one line: control characters, which a terminal would obey, as a replacement character. */
export const oneLine = (text: string): string => withoutControls(text.replaceAll(/\s+/g, ' '));

/** The same with its lines. */
export const withoutControls = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
