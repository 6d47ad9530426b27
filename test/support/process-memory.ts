import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const chunkBytes = 1 << 20;

/**
 * Where each needle stands in the memory of a process that this one may trace: the addresses, in all that it may write.
 * What cannot be read from outside (memfd_secret, devices) is left out.
 */
export function placesInMemory(pid: number, needles: readonly Uint8Array[]): bigint[][] {
  const overlap = Math.max(0, ...needles.map(({ length }) => length - 1));
  const chunk = Buffer.alloc(chunkBytes + overlap);
  const found = needles.map((): bigint[] => []);
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    const maps = readFileSync(`/proc/${pid}/maps`, 'latin1').matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw.* (\S*)$/gm);
    for (const [, from = '', to = '', name = ''] of maps) {
      if (name.startsWith('[v')) continue;
      const end = BigInt(`0x${to}`);
      for (let at = BigInt(`0x${from}`); at < end; at += BigInt(chunkBytes)) {
        const length = Math.min(chunk.length, Number(end - at));
        const read = chunk.subarray(0, readAt(memory, chunk, length, at));
        for (const [index, needle] of needles.entries()) {
          // What begins later is found in the next chunk.
          for (const place of placesIn(read, needle)) if (place < chunkBytes) found[index]?.push(at + BigInt(place));
        }
      }
    }
  } finally {
    closeSync(memory);
  }
  return found;
}

function readAt(memory: number, into: Buffer, length: number, at: bigint): number {
  try {
    return readSync(memory, into, 0, length, at);
  } catch {
    return 0;
  }
}

function* placesIn(hay: Buffer, needle: Uint8Array): Generator<number> {
  for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, at + 1)) yield at;
}
