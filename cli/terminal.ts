import { inspect } from 'node:util';
import { type PageState, pageState } from '../protocol/flags.ts';
import type { Language } from '../protocol/language.ts';
import type { Run } from '../protocol/runs.ts';

type Style = 'bold' | 'gray' | 'red' | 'green' | 'yellow' | 'blue' | 'blueBright' | 'cyan' | 'magenta';

/** How each page state is drawn: its own shape, so that colour is never alone. */
const cells: Record<PageState, { shape: string; style: Style }> = {
  absent: { shape: '·', style: 'gray' },
  resident: { shape: '■', style: 'blueBright' },
  zero: { shape: '░', style: 'cyan' },
  locked: { shape: '▣', style: 'yellow' },
  'on-fault': { shape: '▢', style: 'yellow' },
  swapped: { shape: '▨', style: 'magenta' },
  huge: { shape: '█', style: 'blue' },
  guard: { shape: '╳', style: 'red' },
  unmapped: { shape: '–', style: 'gray' },
  unknown: { shape: '?', style: 'gray' },
};

/** Lines that a page map may take; a larger region has several pages to a cell. */
const maxMapLines = 8;

/**
 * Writes to a stream for people: with colour when it is a terminal that wants it (NO_COLOR and FORCE_COLOR are heeded).
 */
export class Terminal {
  readonly #stream: NodeJS.WriteStream;
  readonly #colour: boolean;
  readonly columns: number;

  constructor(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv = process.env) {
    this.#stream = stream;
    this.#colour = wantsColour(stream, environment);
    this.columns = Math.max(20, Math.min(stream.columns || 80, 160));
  }

  line(text = ''): void {
    this.#stream.write(`${withoutControls(text)}\n`);
  }

  style(style: Style, text: string): string {
    // The table behind util.styleText, which early releases of Node 20 lack.
    const codes = this.#colour ? inspect.colors[style] : undefined;
    return codes ? `\u001b[${codes[0]}m${text}\u001b[${codes[1]}m` : text;
  }

  /**
   * A region's pages, one shape each, or several pages a shape where there are many: then the most frequent state is
   * drawn.
   *
   * @param unknown the flags that could not be found out
   */
  pageMap(runs: readonly Run[], pages: number, language: Language, unknown = 0): void {
    const width = Math.max(8, Math.min(64, this.columns - 4));
    const perCell = Math.ceil(pages / (width * maxMapLines));
    const states = cellStates(runs, pages, perCell, unknown);
    for (let from = 0; from < states.length; from += width)
      this.line(`  ${this.#cells(states.slice(from, from + width))}`);
    if (perCell === 1) return;
    this.line(this.style('gray', language === 'zh' ? `  （每格 ${perCell} 页）` : `  (${perCell} pages a cell)`));
  }

  #cells(states: readonly PageState[]): string {
    let text = '';
    for (let from = 0; from < states.length; ) {
      const state = states[from] ?? 'unknown';
      let end = from;
      while (states[end] === state) end++;
      text += this.style(cells[state].style, cells[state].shape.repeat(end - from));
      from = end;
    }
    return text;
  }
}

/**
 * Every control character but those of a `Style`: a name that somebody gave a file must not speak to the terminal, nor
 * hide itself (`8`), nor blink.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /\u001b(?!\[(?:1|22|3[1-69]|9[04])m)|[\0-\u001a\u001c-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** The text in one line, control characters and those that turn the direction of writing as `\x1b`. */
export function withoutControls(text: string): string {
  return text.replaceAll(controls, (character) => {
    const code = character.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}

function wantsColour(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): boolean {
  if (environment.FORCE_COLOR) return environment.FORCE_COLOR !== '0';
  if (environment.NO_COLOR) return false;
  return stream.isTTY === true && environment.TERM !== 'dumb';
}

/** The state to draw in each cell of `perCell` pages: the one that most of its pages have. */
function cellStates(runs: readonly Run[], pages: number, perCell: number, unknown: number): PageState[] {
  const count = Math.ceil(pages / perCell);
  const most = new Uint32Array(count);
  const states = new Array<PageState>(count).fill('absent');
  for (const [first, length, flags] of runs) {
    const end = first + length;
    for (let cell = Math.floor(first / perCell); cell * perCell < end; cell++) {
      const covered = Math.min(end, (cell + 1) * perCell) - Math.max(first, cell * perCell);
      if (covered <= (most[cell] ?? 0)) continue;
      most[cell] = covered;
      states[cell] = pageState(flags, unknown);
    }
  }
  return states;
}
