/**
 * The headers of an ELF core file: its segments, each a mapping of the process, and whose it is. elf(5), core(5)
 *
 * Linux writes a PT_LOAD for every VMA, also for those that it leaves out (`MADV_DONTDUMP`, memfd_secret, clean file
 * pages): these have p_filesz 0 (seen on 6.18). gdb's gcore writes no header at all for what it leaves out (seen with
 * gdb 13).
 *
 * Nothing in the file is trusted: each number is checked before it is used, and a table is read in pieces.
 */
import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { Text } from '../../protocol/text.ts';
import { breathe } from '../base/slices.ts';

/** A PT_LOAD header. Sizes and the offset in the file are in bytes; the file may end before what they say. */
export interface Segment {
  readonly address: bigint;
  readonly memoryBytes: number;
  readonly fileOffset: number;
  readonly fileBytes: number;
}

export interface CoreHeaders {
  /** In the file's order, which is by address. */
  readonly segments: readonly Segment[];
  /**
   * Whose core file it is, in that process's own PID namespace: pr_pid of NT_PRPSINFO. Missing where the file was cut
   * before it.
   */
  readonly pid?: number;
  /** Whether the file ends before its headers say. */
  readonly truncated: boolean;
}

/** Why a file is not searched as a core file; the words follow the file's name. */
export type NotACore = { readonly notACore: Text };

const headerBytes = 64;
const programHeaderBytes = 56;
const PT_LOAD = 1;
const PT_NOTE = 4;
const ET_CORE = 4;
/** e_phnum of a file with more headers than that: the number is sh_info of its first section header. */
const PN_XNUM = 0xffff;
/**
 * More than any process has by default (vm.max_map_count is 65 530, on some systems 1 048 576): what is beyond is no
 * core file of ours.
 */
const mostHeaders = 1 << 18;
const tablePieceHeaders = 1024;
/** The notes that tell whose the file is stand first; those of every thread follow. */
const mostNoteBytes = 1 << 16;

const NT_PRPSINFO = 3;
/** pr_pid in struct elf_prpsinfo of 64-bit Linux: after state (4 + 4), flags (8), uid and gid (4 each). */
const psinfoPidOffset = 24;

const readAsync = promisify(read);

/** Reads the headers of an open file of `size` bytes. A file that can't be searched as a core file is `notACore`. */
export async function readCoreHeaders(fd: number, size: number): Promise<CoreHeaders | NotACore> {
  const header = await bytesAt(fd, 0, headerBytes);
  const wrong = whyNotACore(header);
  if (wrong) return { notACore: wrong };
  const tableOffset = checkedNumber(header.getBigUint64(32, true));
  if (tableOffset === undefined) return damaged('its table of mappings lies nowhere', '映射表的位置无效');
  const count = await countHeaders(fd, header, tableOffset);
  if (count === undefined || count > mostHeaders) {
    return damaged(`it claims to have more than ${mostHeaders} mappings`, `其映射数超过 ${mostHeaders}`);
  }
  return await readTable(fd, size, tableOffset, count);
}

async function readTable(
  fd: number,
  size: number,
  tableOffset: number,
  count: number,
): Promise<CoreHeaders | NotACore> {
  const segments: Segment[] = [];
  let truncated = false;
  let notes: Segment | undefined;
  for (let first = 0; first < count; first += tablePieceHeaders) {
    const wanted = Math.min(count - first, tablePieceHeaders);
    const piece = await bytesAt(fd, tableOffset + first * programHeaderBytes, wanted * programHeaderBytes);
    const there = Math.floor(piece.byteLength / programHeaderBytes);
    for (let index = 0; index < there; index++) {
      const at = index * programHeaderBytes;
      const type = piece.getUint32(at, true);
      if (type !== PT_LOAD && type !== PT_NOTE) continue;
      const segment = segmentAt(piece, at);
      if (!segment || (type === PT_LOAD && segment.fileBytes > segment.memoryBytes)) {
        return damaged(`the sizes of mapping ${first + index} cannot be`, `映射 ${first + index} 的大小不合理`);
      }
      if (segment.fileBytes > 0 && segment.fileOffset + segment.fileBytes > size) truncated = true;
      if (type === PT_LOAD) segments.push(segment);
      else notes ??= segment;
    }
    if (there < wanted) return { segments, truncated: true };
    await breathe();
  }
  const pid = notes && (await pidInNotes(fd, notes));
  return { segments, truncated, ...(pid === undefined ? {} : { pid }) };
}

function segmentAt(table: DataView, at: number): Segment | undefined {
  const fileOffset = checkedNumber(table.getBigUint64(at + 8, true));
  const fileBytes = checkedNumber(table.getBigUint64(at + 32, true));
  const memoryBytes = checkedNumber(table.getBigUint64(at + 40, true));
  if (fileOffset === undefined || fileBytes === undefined || memoryBytes === undefined) return undefined;
  if (!Number.isSafeInteger(fileOffset + fileBytes)) return undefined;
  return { address: table.getBigUint64(at + 16, true), memoryBytes, fileOffset, fileBytes };
}

/**
 * How many program headers there are. Linux writes the section header that says so, where there are 65 535 or more, at
 * the file's end: of a file that was cut the notes tell, since they follow the table at once.
 */
async function countHeaders(fd: number, header: DataView, tableOffset: number): Promise<number | undefined> {
  const count = header.getUint16(56, true);
  if (count !== PN_XNUM) return count;
  const sectionOffset = checkedNumber(header.getBigUint64(40, true));
  if (sectionOffset === undefined) return undefined;
  const section = await bytesAt(fd, sectionOffset, headerBytes);
  if (section.byteLength === headerBytes) return section.getUint32(44, true);
  const first = await bytesAt(fd, tableOffset, programHeaderBytes);
  const firstOffset = first.byteLength === programHeaderBytes ? checkedNumber(first.getBigUint64(8, true)) : undefined;
  if (firstOffset === undefined || firstOffset < tableOffset) return undefined;
  return Math.floor((firstOffset - tableOffset) / programHeaderBytes);
}

function whyNotACore(header: DataView): Text | undefined {
  if (header.byteLength === 0) return { en: 'it is empty', zh: '文件为空' };
  const magic = header.byteLength >= 4 ? header.getUint32(0, false) : 0;
  if (magic !== 0x7f454c46) return { en: 'it does not begin as an ELF file does', zh: '开头不是 ELF 文件的标记' };
  if (header.byteLength < headerBytes) return { en: 'it ends within its header', zh: '文件在头部就结束了' };
  if (header.getUint8(4) !== 2) return { en: 'it is not of a 64-bit process', zh: '它不是 64 位进程的' };
  if (header.getUint8(5) !== 1) return { en: 'it is not of a little-endian machine', zh: '它不是小端机器的' };
  if (header.getUint16(16, true) !== ET_CORE)
    return { en: 'it is an ELF file of another kind', zh: '它是其他类型的 ELF 文件' };
  const size = header.getUint16(54, true);
  if (size !== programHeaderBytes && header.getUint16(56, true) > 0) {
    return { en: `its program headers have ${size} bytes, not 56`, zh: `其程序头为 ${size} 字节，而不是 56` };
  }
  return undefined;
}

/** The pid in the notes. What was read is zeroed: the registers are among it. */
async function pidInNotes(fd: number, notes: Segment): Promise<number | undefined> {
  const bytes = await bytesAt(fd, notes.fileOffset, Math.min(notes.fileBytes, mostNoteBytes));
  const pid = pidAmong(bytes);
  new Uint8Array(bytes.buffer).fill(0);
  return pid;
}

/** Notes are headers of 12 bytes, then a name and a description, each padded to 4. */
function pidAmong(bytes: DataView): number | undefined {
  for (let at = 0; at + 12 <= bytes.byteLength; ) {
    const nameBytes = bytes.getUint32(at, true);
    const contentBytes = bytes.getUint32(at + 4, true);
    const content = at + 12 + padded(nameBytes);
    if (bytes.getUint32(at + 8, true) === NT_PRPSINFO && contentBytes >= psinfoPidOffset + 4) {
      const pidAt = content + psinfoPidOffset;
      return pidAt + 4 <= bytes.byteLength ? bytes.getInt32(pidAt, true) : undefined;
    }
    at = content + padded(contentBytes);
  }
  return undefined;
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

/** A 64-bit number that is exact as a number; a larger one can't be a file's size. */
function checkedNumber(value: bigint): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** The bytes there, fewer where the file ends. */
async function bytesAt(fd: number, offset: number, length: number): Promise<DataView> {
  if (!Number.isSafeInteger(offset + length)) return new DataView(new ArrayBuffer(0));
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await readAsync(fd, bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return new DataView(bytes.buffer, 0, filled);
}

function damaged(en: string, zh: string): NotACore {
  return { notACore: { en, zh } };
}
