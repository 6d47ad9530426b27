import type { ByteLimit } from '../byte-limit.ts';
import { limitKib } from '../limit-units.ts';
import type { Fix } from './fix.ts';

/**
 * What fixes are written for: the limit that is wanted, in the notation of each place that takes one, and the unit that
 * was found.
 */
export interface Wanted {
  /** Whole KiB: `ulimit -l`, limits.conf(5). */
  readonly kib: string;
  /** Bytes, or the container runtimes' -1: `docker run --ulimit memlock=`. */
  readonly bytes: string;
  /** Bytes as a number, all ones for unlimited: JSON of the OCI runtime specification. */
  readonly number: string;
  /** With a suffix in powers of 1024, or `infinity`: systemd.exec(5). */
  readonly systemd: string;
  /** Bytes, or `unlimited`: lxc.container.conf(5), prlimit(1). */
  readonly bytesOrUnlimited: string;
  /** The systemd unit, or a stand-in. */
  readonly unit: string;
}

/** One fix, before it is known whether it applies here. */
export type FixText = (wanted: Wanted) => Omit<Fix, 'applies'>;

/** The notations of a limit; rounded up to whole KiB, which every place can say. */
export function wantedLimit(limit: ByteLimit, unit = 'NAME.service'): Wanted {
  if (limit === 'unlimited') {
    return {
      kib: limit,
      bytes: '-1',
      number: '18446744073709551615',
      systemd: 'infinity',
      bytesOrUnlimited: limit,
      unit,
    };
  }
  const bytes = Math.ceil(limit / 1024) * 1024;
  const kib = String(limitKib(bytes));
  const mib = bytes / 1024 ** 2;
  const systemd = Number.isInteger(mib) ? `${mib}M` : `${kib}K`;
  return { kib, bytes: String(bytes), number: String(bytes), systemd, bytesOrUnlimited: String(bytes), unit };
}
