import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';

/** 32 random bytes that grep can take as one line: no line end, no zero. */
export function marker(): Uint8Array {
  return new Uint8Array(128)
    .map((_, index) => randomBytes(1)[0] || index)
    .subarray(0, 32)
    .map((byte) => (byte === 10 || byte === 0 ? 7 : byte));
}

/** A segment of a made-up core file: what it takes in memory, and what of it is in the file. */
export interface MadeSegment {
  readonly address: bigint;
  readonly memoryBytes: number;
  readonly fileBytes: number;
  /** PT_NOTE in place of PT_LOAD. */
  readonly notes?: true;
}

/** A note of a core file, of owner CORE. elf(5) */
function noteOf(type: number, content: Uint8Array): Buffer {
  const head = Buffer.alloc(12 + 8);
  for (const [index, word] of [5, content.length, type].entries()) head.writeUInt32LE(word, index * 4);
  head.write('CORE', 12);
  return Buffer.concat([head, content]);
}

/**
 * The notes of a core file: whose it is (NT_PRPSINFO of 64-bit Linux, with pr_pid at 24), and registers (NT_PRFPREG).
 * elf(5)
 */
export function notesOf(pid: number, registers: Uint8Array = new Uint8Array(0)): Buffer {
  const psinfo = Buffer.alloc(136);
  psinfo.writeInt32LE(pid, 24);
  return Buffer.concat([noteOf(3, psinfo), noteOf(2, registers)]);
}

/**
 * Writes a core file of process `pid` without any memory; in the way in which the kernel leaves it, for the owner
 * alone.
 */
export function writeCoreOf(pid: number, path: string, registers: Uint8Array = new Uint8Array(0)): void {
  const head = Buffer.alloc(64 + 56);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(4, 16);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(1, 56);
  const notes = notesOf(pid, registers);
  head.writeUInt32LE(4, 64);
  head.writeBigUInt64LE(BigInt(head.length), 64 + 8);
  head.writeBigUInt64LE(BigInt(notes.length), 64 + 32);
  writeFileSync(path, Buffer.concat([head, notes]), { mode: 0o600 });
}

/** Where the segments' bytes begin in a made-up core file with so many of them. */
export function dataOffset(segments: number): number {
  return Math.ceil((64 + segments * 56) / 4096) * 4096;
}

/**
 * Writes an ELF core file of segments that follow each other; what is not written by `bytes` is a hole. Offsets from
 * the first segment's.
 */
export function buildCore(
  path: string,
  segments: readonly MadeSegment[],
  bytes: readonly { readonly at: number; readonly bytes: Uint8Array }[],
): void {
  const start = dataOffset(segments.length);
  const head = Buffer.alloc(64 + segments.length * 56);
  const extended = segments.length >= 0xffff;
  const dataEnd = start + segments.reduce((sum, segment) => sum + segment.fileBytes, 0);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(4, 16);
  head.writeBigUInt64LE(64n, 32);
  head.writeBigUInt64LE(BigInt(extended ? dataEnd : 0), 40);
  head.writeUInt16LE(56, 54);
  head.writeUInt16LE(extended ? 0xffff : segments.length, 56);
  let offset = start;
  for (const [index, { address, memoryBytes, fileBytes, notes }] of segments.entries()) {
    const at = 64 + index * 56;
    head.writeUInt32LE(notes ? 4 : 1, at);
    head.writeBigUInt64LE(BigInt(offset), at + 8);
    head.writeBigUInt64LE(address, at + 16);
    head.writeBigUInt64LE(BigInt(fileBytes), at + 32);
    head.writeBigUInt64LE(BigInt(memoryBytes), at + 40);
    offset += fileBytes;
  }
  rmSync(path, { force: true });
  const fd = openSync(path, 'w');
  ftruncateSync(fd, dataEnd);
  writeSync(fd, head, 0, head.length, 0);
  for (const part of bytes) writeSync(fd, part.bytes, 0, part.bytes.length, start + part.at);
  if (extended) {
    const section = Buffer.alloc(64);
    section.writeUInt32LE(segments.length, 44);
    writeSync(fd, section, 0, 64, dataEnd);
  }
  closeSync(fd);
}

/** How often grep finds a marker in a file. `path` gets a neighbour for the needle. */
export function grepCount(path: string, bytes: Uint8Array): number {
  const needle = `${path}.needle`;
  writeFileSync(needle, bytes);
  try {
    const found = execFileSync('grep', ['-a', '-o', '-b', '-F', '-f', needle, path], {
      env: { LC_ALL: 'C', PATH: process.env.PATH },
    });
    return found.toString('latin1').split('\n').length - 1;
  } catch (error) {
    if (error instanceof Error && 'status' in error && error.status === 1) return 0;
    throw error;
  } finally {
    rmSync(needle);
  }
}
