import { readSync } from 'node:fs';
import type { PacedWork } from './paced-work.ts';

/** A VMA of another process. Addresses as numbers: user space ends below 2^53. */
export interface Vma {
  readonly start: number;
  readonly end: number;
  readonly protection: string;
  readonly path: string;
}

const buffer = Buffer.allocUnsafeSlow(64 * 1024);
const line = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \S+ *(.*)$/s;

/**
 * The VMAs by address, from an open `/proc/PID/maps`, in pieces. Those that moved between two reads are told once.
 * `[vsyscall]` isn't a VMA and left out.
 */
export async function readMappings(fd: number, work: PacedWork): Promise<Vma[]> {
  const vmas: Vma[] = [];
  let rest = '';
  let position = 0;
  let last = 0;
  for (;;) {
    const read = readSync(fd, buffer, 0, buffer.length, position);
    if (read === 0) return vmas;
    position += read;
    const lines = (rest + buffer.toString('latin1', 0, read)).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      const [, start = '', end = '', protection = '', path = ''] = line.exec(text) ?? [];
      const from = Math.max(last, Number.parseInt(start, 16));
      const to = Number.parseInt(end, 16);
      if (path === '[vsyscall]' || !(to > from)) continue;
      vmas.push({ start: from, end: to, protection, path: nameOf(path) });
      last = to;
    }
    if (work.over) await work.rest();
  }
}

/** Paths are bytes, UTF-8 as a rule; the kernel writes a newline as `\012`. */
function nameOf(path: string): string {
  if (/^[\x20-\x7e]*$/.test(path)) return path;
  return Buffer.from(path, 'latin1').toString('utf8');
}
