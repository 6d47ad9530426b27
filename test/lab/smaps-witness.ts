import { execFileSync } from 'node:child_process';
import type { RegionInfo } from '../../protocol/events.ts';

/** A region as smaps of its process says, read by another process: its VMAs' sizes added up, their flags each. */
export interface Witnessed {
  readonly vmas: number;
  readonly flags: readonly (readonly string[])[];
  /** KiB of a line of smaps, `Rss` or `AnonHugePages`, over all VMAs. */
  kibibytes(line: string): number;
}

/** @param pid the process that mapped it */
export function witness(region: RegionInfo, pid = process.pid): Witnessed {
  const start = BigInt(region.address);
  const end = start + BigInt(region.length);
  const smaps = execFileSync('cat', [`/proc/${pid}/smaps`], { encoding: 'latin1', maxBuffer: 1 << 28 });
  const records = smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m).filter((record) => {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(record) ?? [];
    return BigInt(`0x${from}`) >= start && BigInt(`0x${to}`) <= end;
  });
  return {
    vmas: records.length,
    flags: records.map((record) => (/^VmFlags: (.*)$/m.exec(record)?.[1] ?? '').trim().split(' ')),
    kibibytes: (line) =>
      records.reduce((sum, record) => sum + Number(new RegExp(`^${line}: +(\\d+) kB`, 'm').exec(record)?.[1] ?? 0), 0),
  };
}
