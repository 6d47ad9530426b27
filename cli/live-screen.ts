/** The alternate screen of a terminal, with its keys. xterm's control sequences, which every terminal knows. */
import type { ReadStream, WriteStream } from 'node:tty';
import { deferred } from '../lab/base/deferred.ts';
import { widthOf } from './columns.ts';

const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';

/** Signals that end a program, and what it was ended by. signal(7) */
const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/**
 * Shows pages of lines in a terminal until `q`, Escape or Ctrl-C is typed or a signal ends it; however it ends, the
 * terminal is as it was. Dispose of it to leave.
 */
export class LiveScreen implements Disposable {
  readonly #output: WriteStream;
  readonly #input: ReadStream;
  #left = false;
  readonly #ended = deferred<number>();
  readonly #leave = () => this[Symbol.dispose]();
  readonly #quit: (() => void)[] = [];

  constructor(input: ReadStream, output: WriteStream, onKey: (key: string) => void, onResize: () => void) {
    this.#input = input;
    this.#output = output;
    output.write(enter);
    // Also where something throws, and at process.exit.
    process.once('exit', this.#leave);
    if (input.isTTY) {
      input.setRawMode(true);
      input.on('data', (bytes: Buffer) => {
        const key = bytes.toString('latin1');
        if (key === 'q' || key === '\u0003' || key === '\u001b') this.#end(0);
        else onKey(key);
      });
      input.once('end', () => this.#end(0));
      input.resume();
    }
    for (const [signal, number] of Object.entries(signals)) {
      const end = () => this.#end(128 + number);
      process.once(signal, end);
      this.#quit.push(() => process.removeListener(signal, end));
    }
    output.on('resize', onResize);
    this.#quit.push(() => output.removeListener('resize', onResize));
  }

  /** The exit status, when it is to end. */
  get ended(): Promise<number> {
    return this.#ended.promise;
  }

  get rows(): number {
    return this.#output.rows || 24;
  }

  /** Draws these lines in place of what is there; what has no room is left out. */
  show(lines: readonly string[]): void {
    if (this.#left) return;
    const columns = this.#output.columns || 80;
    const drawn = lines.slice(0, this.rows).map((line) => `${cut(line, columns)}\u001b[K`);
    this.#output.write(`\u001b[H${drawn.join('\r\n')}\u001b[J`);
  }

  [Symbol.dispose](): void {
    if (this.#left) return;
    this.#left = true;
    process.removeListener('exit', this.#leave);
    for (const undo of this.#quit.splice(0)) undo();
    if (this.#input.isTTY) this.#input.setRawMode(false);
    this.#input.pause();
    this.#input.removeAllListeners('data');
    this.#output.write(leave);
  }

  #end(status: number): void {
    this[Symbol.dispose]();
    this.#ended.resolve(status);
  }
}

/** A line without colours, cut to the terminal's width: a line that wraps would push the others down. */
function cut(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  let text = '';
  let width = 0;
  for (const character of line) {
    width += widthOf(character);
    if (width > columns) break;
    text += character;
  }
  return text;
}
