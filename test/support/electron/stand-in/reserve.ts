import { MAP, mmap, PROT } from '../../../../native/calls/mman.ts';

/** What V8's sandbox and PartitionAlloc's pools reserve in each of Electron's processes. */
const reservedBytes = (1376 + 52) * 2 ** 30;

/** With `STAND_IN_RESERVES` this process has the address space of one of Electron's: 1.4 TiB, nothing of it usable. */
export function reserve(): void {
  if (process.env.STAND_IN_RESERVES === undefined) return;
  const { errno } = mmap(null, reservedBytes, PROT.NONE, MAP.PRIVATE | MAP.ANONYMOUS | MAP.NORESERVE, -1, 0);
  if (errno !== null) throw new Error(`1428 GiB cannot be reserved here: ${errno}`);
}
