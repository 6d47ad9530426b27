import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const chunkBytes = 1 << 20;

/**
 * Where bytes stand in the memory of a process that this one may trace: the addresses, in all that it may write. What cannot be read
 * from outside (memfd_secret, devices) is left out.
 */
export function placesInMemory(pid: number, bytes: Uint8Array): bigint[] {
  const overlap = bytes.length - 1;
  const chunk = Buffer.alloc(chunkBytes + overlap);
  const found: bigint[] = [];
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    const maps = readFileSync(`/proc/${pid}/maps`, 'latin1').matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw.* (\S*)$/gm);
    for (const [, from = '', to = '', name = ''] of maps) {
      if (name.startsWith('[v')) continue;
      const end = BigInt(`0x${to}`);
      for (let at = BigInt(`0x${from}`); at < end; at += BigInt(chunkBytes)) {
        const length = Math.min(chunk.length, Number(end - at));
        for (const place of placesIn(chunk.subarray(0, readAt(memory, chunk, length, at)), bytes)) {
          if (place < chunkBytes) found.push(at + BigInt(place));
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
