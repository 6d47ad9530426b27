import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { RegionInfo } from '../../protocol/events.ts';

/** A region as smaps of its process says, read by another process: its VMAs' sizes added up, their flags each. */
export interface Witnessed {
  readonly vmas: number;
  /** As maps writes them: `rw-p`. */
  readonly rights: readonly string[];
  readonly flags: readonly (readonly string[])[];
  /** KiB of a line of smaps, `Rss` or `AnonHugePages`, over all VMAs. */
  kibibytes(line: string): number;
}

/** @param pid the process that mapped it */
export function witness(region: Pick<RegionInfo, 'address' | 'length'>, pid = process.pid): Witnessed {
  const start = BigInt(region.address);
  const end = start + BigInt(region.length);
  const smaps = execFileSync('cat', [`/proc/${pid}/smaps`], { encoding: 'latin1', maxBuffer: 1 << 28 });
  return of(recordsOf(smaps).filter(({ from, to }) => from >= start && to <= end));
}

/** The VMA of this process that an address lies in, as it reads it itself. */
export function witnessAt(address: bigint): Witnessed {
  const smaps = readFileSync('/proc/self/smaps', 'latin1');
  return of(recordsOf(smaps).filter(({ from, to }) => from <= address && address < to));
}

interface SmapsRecord {
  readonly from: bigint;
  readonly to: bigint;
  readonly text: string;
}

function recordsOf(smaps: string): SmapsRecord[] {
  return smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m).map((text) => {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(text) ?? [];
    return { from: BigInt(`0x${from}`), to: BigInt(`0x${to}`), text };
  });
}

function of(found: readonly SmapsRecord[]): Witnessed {
  const records = found.map(({ text }) => text);
  return {
    vmas: records.length,
    rights: records.map((record) => record.split(' ')[1] ?? ''),
    flags: records.map((record) => (/^VmFlags: (.*)$/m.exec(record)?.[1] ?? '').trim().split(' ')),
    kibibytes: (line) =>
      records.reduce((sum, record) => sum + Number(new RegExp(`^${line}: +(\\d+) kB`, 'm').exec(record)?.[1] ?? 0), 0),
  };
}
