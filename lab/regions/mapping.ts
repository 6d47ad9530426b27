import { MAP, PROT } from '../../native/calls/mman.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import type { ProtectionName } from '../../protocol/mapping.ts';
import type { BackingFile } from './backing-file.ts';

/** What to map, in words: of a file, what it is called and whether it may be written to. */
export interface DescribedMapping {
  readonly pages: number;
  /**
   * Pages that are mapped behind `pages` and that nobody looks at one by one: address space that is only reserved.
   */
  readonly reservedPages?: number;
  /** The length that mmap(2) is asked for, where it is not whole pages: in the last page of `pages`. */
  readonly lengthBytes?: number;
  /**
   * Anonymous memory that a fork shares, memory behind a descriptor (memfd_create(2), memfd_secret(2)), or private
   * pages of the machine's pool of huge pages.
   */
  readonly memory?: 'shared' | 'memfd' | 'secret' | 'hugetlb';
  /** Mapped from its first page; shared unless `privateCopy`. */
  readonly file?: Pick<BackingFile, 'name' | 'writable'>;
  /** The file is mapped `MAP_PRIVATE`: a written page becomes a copy, and the file stays as it is. */
  readonly privateCopy?: boolean;
  /** Without it reading and writing, or reading alone of a shared file that is not writable. Empty is `PROT_NONE`. */
  readonly protection?: readonly ProtectionName[];
  /** Flags of mmap(2) beside those that the kind of mapping needs. */
  readonly flags?: readonly Extract<MapFlagName, 'MAP_LOCKED' | 'MAP_POPULATE'>[];
  /** The address is a multiple of this many pages: 512 for a huge page on x86-64. */
  readonly alignPages?: number;
}

/** What to map. Without a file or another backing it is anonymous private memory that may be read and written. */
export interface Mapping extends DescribedMapping {
  readonly file?: BackingFile;
}

const mapFlags = {
  MAP_PRIVATE: MAP.PRIVATE,
  MAP_SHARED: MAP.SHARED,
  MAP_ANONYMOUS: MAP.ANONYMOUS,
  MAP_LOCKED: MAP.LOCKED,
  MAP_POPULATE: MAP.POPULATE,
  MAP_HUGETLB: MAP.HUGETLB,
};

type MapFlagName = keyof typeof mapFlags;

/** What mmap(2) is asked for by name, in the order in which it is shown: by the call itself, and by the C program. */
export function mmapNames(mapping: DescribedMapping): {
  readonly protection: readonly ProtectionName[];
  readonly flags: readonly MapFlagName[];
} {
  const { file, privateCopy = false, protection, flags = [] } = mapping;
  const readOnly = file !== undefined && !file.writable && !privateCopy;
  return {
    protection: protection ?? (readOnly ? ['PROT_READ'] : ['PROT_READ', 'PROT_WRITE']),
    flags: [...sharing(mapping), ...flags],
  };
}

function sharing({ file, privateCopy, memory }: DescribedMapping): readonly MapFlagName[] {
  if (file) return [privateCopy ? 'MAP_PRIVATE' : 'MAP_SHARED'];
  if (memory === 'shared') return ['MAP_SHARED', 'MAP_ANONYMOUS'];
  if (memory === 'hugetlb') return ['MAP_PRIVATE', 'MAP_ANONYMOUS', 'MAP_HUGETLB'];
  return memory ? ['MAP_SHARED'] : ['MAP_PRIVATE', 'MAP_ANONYMOUS'];
}

/** Rights, as in `PROT`, as `/proc/PID/maps` writes them: `rw-p`. */
export function mapsNotation(protection: number, shared: boolean): string {
  return `${protection & PROT.READ ? 'r' : '-'}${protection & PROT.WRITE ? 'w' : '-'}-${shared ? 's' : 'p'}`;
}

/** Bytes that mmap(2) is asked for. */
export function lengthOf({ pages, lengthBytes, reservedPages = 0 }: Mapping): number {
  return lengthBytes ?? (pages + reservedPages) * pageSize();
}

/** `PROT_READ | PROT_WRITE`, as C and the steps write it. */
export function protectionText(names: readonly ProtectionName[], between: string): string {
  return names.length === 0 ? 'PROT_NONE' : names.join(between);
}

/** The names as mmap(2) and mprotect(2) take them. */
export function protectionBits(names: readonly ProtectionName[]): number {
  return names.reduce<number>((bits, name) => bits | (name === 'PROT_READ' ? PROT.READ : PROT.WRITE), PROT.NONE);
}

/** The names as mmap(2) takes them. */
export function flagBits(names: readonly MapFlagName[]): number {
  return names.reduce<number>((bits, name) => bits | mapFlags[name], 0);
}
