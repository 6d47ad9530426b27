/**
 * A gcore that knows one thing of a process, with `-a` or without: what is in its memory file. `gcore [-a] -o PREFIX
 * PID`
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { buildCore, notesOf } from './build-core.ts';

const [prefix = '', pid = ''] = process.argv.slice(-2);
const [, start = '0', end = '0'] = /^(\w+)-(\w+) .* \/memfd:/m.exec(readFileSync(`/proc/${pid}/maps`, 'latin1')) ?? [];
const address = BigInt(`0x${start}`);
const bytes = Buffer.alloc(Number(BigInt(`0x${end}`) - address));
const memory = openSync(`/proc/${pid}/mem`, 'r');
readSync(memory, bytes, 0, bytes.length, address);
closeSync(memory);
const note = notesOf(Number(pid));
buildCore(
  `${prefix}.${pid}`,
  [
    { address: 0n, memoryBytes: 0, fileBytes: note.length, notes: true },
    { address, memoryBytes: bytes.length, fileBytes: bytes.length },
  ],
  [
    { at: 0, bytes: note },
    { at: note.length, bytes },
  ],
);
