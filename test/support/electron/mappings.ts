import { readFile } from 'node:fs/promises';

export interface Mapping {
  readonly start: bigint;
  readonly end: bigint;
  /** Bytes of it that are resident. */
  readonly rssBytes: number;
}

/** What a process has mapped, as `/proc/PID/smaps` tells another one. */
export async function mappings(pid: number): Promise<Mapping[]> {
  const smaps = await readFile(`/proc/${pid}/smaps`, 'utf8');
  return [...smaps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) .*\n(?:.*\n)*?Rss:\s+(\d+) kB/gm)].map(([, start, end, rss]) => ({
    start: BigInt(`0x${start}`),
    end: BigInt(`0x${end}`),
    rssBytes: Number(rss) * 1024,
  }));
}

/** The mapping that covers a region whole. Neighbours of one kind are shown as one. */
export async function mappingOf(
  pid: number,
  region: { address: string; length: number },
): Promise<Mapping | undefined> {
  const start = BigInt(region.address);
  const end = start + BigInt(region.length);
  return (await mappings(pid)).find((mapping) => mapping.start <= start && mapping.end >= end);
}
