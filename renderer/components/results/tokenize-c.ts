export type TokenKind = 'plain' | 'comment' | 'string' | 'keyword' | 'constant' | 'number' | 'call';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Offset in the program. */
  readonly at: number;
}

const keywords =
  'auto break case char const continue default do double else enum extern float for goto if inline int long register return short signed sizeof static struct switch typedef union unsigned void volatile while size_t ssize_t uint8_t uint32_t uint64_t uintptr_t';

/** In this order: what comes first wins. Directives count as keywords; capitals are macros such as `PROT_READ`. */
const pattern = new RegExp(
  [
    String.raw`(?<comment>\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*)`,
    String.raw`(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|(?<=#include\s*)<[^>\n]+>)`,
    String.raw`(?<keyword>#\s*\w+|\b(?:${keywords.replaceAll(' ', '|')})\b)`,
    String.raw`(?<constant>\b[A-Z][A-Z0-9_]{2,}\b)`,
    String.raw`(?<number>\b(?:0x[\da-fA-F]+|\d+(?:\.\d+)?)[uUlLfF]*\b)`,
    String.raw`(?<call>\b[a-z_]\w*(?=\s*\())`,
  ].join('|'),
  'g',
);

const kinds = ['comment', 'string', 'keyword', 'constant', 'number', 'call'] as const;

/** Splits a C program into what is coloured alike. Together the tokens are the program. */
export function tokenizeC(program: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const plain = (end: number): void => {
    if (end > at) tokens.push({ kind: 'plain', text: program.slice(at, end), at });
  };
  for (const match of program.matchAll(pattern)) {
    plain(match.index);
    const kind = kinds.find((name) => match.groups?.[name] !== undefined) ?? 'plain';
    tokens.push({ kind, text: match[0], at: match.index });
    at = match.index + match[0].length;
  }
  plain(program.length);
  return tokens;
}
