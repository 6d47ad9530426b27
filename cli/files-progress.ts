import { type BytePath, pathText } from '../lab/files/byte-path.ts';
import type { Language } from '../protocol/language.ts';
import { escaped } from './columns.ts';

/** How far a long walk is, on a terminal; where it is known how much there is to do, in per cent of its bytes. */
export class Progress implements Disposable {
  readonly isShown = process.stderr.isTTY === true;
  readonly #language: Language;
  totalBytes = 0;
  #doneBytes = 0;
  #files = 0;
  #at = '';
  #nextMs = performance.now() + 500;
  #shown = false;

  constructor(language: Language) {
    this.#language = language;
  }

  show(files: number, folder: BytePath): void {
    this.#files = files;
    this.#at = pathText(folder);
    this.#draw(0);
  }

  /** So many bytes of a file. */
  reached(bytes: number): void {
    this.#draw(bytes);
  }

  /** A file is done. */
  end(bytes: number): void {
    this.#doneBytes += bytes;
    this.#draw(0);
  }

  #draw(bytes: number): void {
    if (!this.isShown || performance.now() < this.#nextMs) return;
    this.#nextMs = performance.now() + 200;
    this.#shown = true;
    const count = this.#files.toLocaleString('en-US');
    const share = Math.floor((100 * (this.#doneBytes + bytes)) / this.totalBytes);
    const done = this.totalBytes > 0 ? `${Math.min(100, share)} %  ` : '';
    const text = this.#language === 'zh' ? `${count} 个文件，` : `${count} files, `;
    process.stderr.write(`\r${escaped(done + text + this.#at).slice(0, 78)}\u001b[K`);
  }

  clear(): void {
    if (this.#shown) process.stderr.write('\r\u001b[K');
    this.#shown = false;
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}
