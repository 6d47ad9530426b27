import type { Language } from '../../protocol/language.ts';
import { localeOf } from './i18n.ts';

/** Numbers, sizes and times as a person reads them: digits by locale, IEC units for bytes, ns to s for durations. */
export interface Format {
  number(value: number): string;
  /** `16 KiB` */
  bytes(bytes: number): string;
  /** `1.24 ms` */
  duration(ns: number): string;
  /** Short, for an axis: `262K`. */
  compact(value: number): string;
  /** The time of day, to the second. */
  time(date: Date): string;
  /** Between the items of a list. */
  readonly listSeparator: string;
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

const timeUnits = [
  { unit: 's', ns: 1e9 },
  { unit: 'ms', ns: 1e6 },
  { unit: 'µs', ns: 1e3 },
] as const;

function makeFormat(language: Language): Format {
  const locale = localeOf[language];
  const plain = new Intl.NumberFormat(locale);
  const short = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  const unitOf = (power: number) => (power === 0 && language === 'zh' ? '字节' : byteUnits[power]);
  return {
    number: (value) => plain.format(value),
    bytes(bytes) {
      let value = bytes;
      let unit = 0;
      while (value >= 1024 && unit < byteUnits.length - 1) {
        value /= 1024;
        unit++;
      }
      // 1023.9 KiB has four digits before the point: three significant ones would say 1,020.
      return `${value >= 100 ? plain.format(Math.round(value)) : short.format(value)} ${unitOf(unit)}`;
    },
    duration(ns) {
      const scale = timeUnits.find((entry) => ns >= entry.ns);
      if (!scale) return `${plain.format(Math.round(ns))} ns`;
      const value = ns / scale.ns;
      return `${value >= 100 ? plain.format(Math.round(value)) : short.format(value)} ${scale.unit}`;
    },
    compact: (value) => compact.format(value),
    time: (date) => clock.format(date),
    listSeparator: language === 'zh' ? '、' : ', ',
  };
}

const formats = new Map<Language, Format>();

/** The format of a language; made once, because `Intl` objects are slow to make. */
export function formatFor(language: Language): Format {
  const known = formats.get(language);
  if (known) return known;
  const made = makeFormat(language);
  formats.set(language, made);
  return made;
}

/** The address of a page of a region, `0x7f3a4c001000`. Addresses do not fit a double. */
export function pageAddress(regionAddress: string, page: number, pageSize: number): string {
  return `0x${(BigInt(regionAddress) + BigInt(page) * BigInt(pageSize)).toString(16)}`;
}
