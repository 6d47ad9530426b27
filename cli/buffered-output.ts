/** Standard output in larger pieces: a write for each of a million files would take longer than looking at them. */
export class BufferedOutput implements Disposable {
  #text: string[] = [];
  #length = 0;

  write(text: string): void {
    this.#text.push(text);
    this.#length += text.length;
    if (this.#length > 1 << 16) this.flush();
  }

  flush(): void {
    if (this.#length > 0) process.stdout.write(this.#text.join(''));
    this.#text = [];
    this.#length = 0;
  }

  [Symbol.dispose](): void {
    this.flush();
  }
}
