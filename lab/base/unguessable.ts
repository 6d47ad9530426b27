import { closeSync, openSync, readSync } from 'node:fs';

/** A name that nobody can guess: 128 bits of urandom(4). `node:crypto` has it too, and takes 5 ms to load. */
export function unguessable(): string {
  const bytes = Buffer.alloc(16);
  const random = openSync('/dev/urandom', 'r');
  try {
    readSync(random, bytes);
  } finally {
    closeSync(random);
  }
  return bytes.toString('hex');
}
