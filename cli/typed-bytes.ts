import { readFileSync } from 'node:fs';
import { type BytePath, bytePath } from '../lab/files/byte-path.ts';

/**
 * The bytes that were typed for paths. Node decodes the command line as UTF-8 and puts U+FFFD for what is none; there
 * the kernel's copy of it has the bytes. What is made here is asked for each argument in turn, or for its beginning:
 * two that look alike after decoding are two files.
 */
export function typedBytes(): (path: string) => BytePath {
  let words: string[] | undefined;
  return (path) => {
    if (!path.includes('\ufffd')) return bytePath(path);
    words ??= commandLine();
    const decoded = words.map((word) => Buffer.from(word, 'latin1').toString('utf8'));
    // A range of pages behind it is ASCII.
    const at = decoded.findIndex((text) => text === path || text.startsWith(`${path}:`));
    const [word] = at < 0 ? [] : words.splice(at, 1);
    return word === undefined
      ? bytePath(path)
      : (word.slice(0, word.length - ((decoded[at] ?? '').length - path.length)) as BytePath);
  };
}

function commandLine(): string[] {
  try {
    return readFileSync('/proc/self/cmdline', 'latin1').split('\0');
  } catch {
    // Without /proc: what Node made of it.
    return [];
  }
}
