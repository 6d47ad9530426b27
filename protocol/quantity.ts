import { type Language, localeOf } from './language.ts';

/**
 * What a number counts, for the reader: `ns` is a duration, `ns-per-page` what one page took, `times` a ratio,
 * `per-second` a rate; `plain` needs no word.
 */
export const units = [
  'plain',
  'pages',
  'bytes',
  'ns',
  'ns-per-page',
  'faults',
  'calls',
  'items',
  'occurrences',
  'places',
  'times',
  'per-second',
] as const;
export type Unit = (typeof units)[number];

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

const timeUnits = [
  { unit: 's', ns: 1e9 },
  { unit: 'ms', ns: 1e6 },
  { unit: 'µs', ns: 1e3 },
] as const;

const nouns = {
  pages: { one: 'page', many: 'pages', zh: '页' },
  faults: { one: 'fault', many: 'faults', zh: '次缺页' },
  calls: { one: 'call', many: 'calls', zh: '次调用' },
  items: { one: 'item', many: 'items', zh: '项' },
  occurrences: { one: 'time', many: 'times', zh: '次' },
  places: { one: 'place', many: 'places', zh: '处' },
} as const;

/** Numbers, sizes and times as a person reads them: digits by locale, IEC units for bytes, ns to s for durations. */
export interface Numbers {
  number(value: number): string;
  /** `16 KiB` */
  bytes(bytes: number): string;
  /** `1.24 ms` */
  duration(ns: number): string;
  /** Short, for an axis: `262K`. */
  compact(value: number): string;
  /** With its unit: `64 pages`, `1.3 µs`, `1.8×`; `unknown` of null. */
  quantity(value: number | string | null, unit: Unit): string;
}

/** Digits in groups of three, as both languages write them. */
const grouped = (digits: string) => digits.replace(/\B(?<!\.\d*)(?=(?:\d{3})+(?!\d))/g, ',');

/** As `Intl.NumberFormat` writes it, which takes 20 ms at its first use; what has an exponent is left to that. */
function plain(value: number): string {
  const digits = `${Number(value.toFixed(3))}`;
  return /^-?[\d.]+$/.test(digits) ? grouped(digits) : new Intl.NumberFormat('en').format(value);
}

/** Three significant digits, and more before the point. */
function three(value: number): string {
  if (Math.abs(value) >= 100) return plain(Math.round(value));
  const digits = `${Number(value.toPrecision(3))}`;
  const exact = { maximumSignificantDigits: 3 };
  return /^-?[\d.]+$/.test(digits) ? digits : new Intl.NumberFormat('en', exact).format(value);
}

function makeNumbers(language: Language): Numbers {
  let compactly: Intl.NumberFormat | undefined;
  const compact = (value: number) => {
    compactly ??= new Intl.NumberFormat(localeOf[language], { notation: 'compact', maximumSignificantDigits: 3 });
    return compactly.format(value);
  };
  const bytes = (count: number) => {
    let value = count;
    let unit = 0;
    while (Math.abs(value) >= 1024 && unit < byteUnits.length - 1) {
      value /= 1024;
      unit++;
    }
    return `${three(value)} ${unit === 0 && language === 'zh' ? '字节' : byteUnits[unit]}`;
  };
  const duration = (ns: number) => {
    const scale = timeUnits.find((entry) => ns >= entry.ns);
    if (scale) return `${three(ns / scale.ns)} ${scale.unit}`;
    return `${ns >= 10 ? plain(Math.round(ns)) : three(ns)} ns`;
  };
  const quantity = (value: number | string | null, unit: Unit): string => {
    if (value === null) return language === 'zh' ? '未知' : 'unknown';
    if (typeof value === 'string') return value;
    switch (unit) {
      case 'bytes':
        return bytes(value);
      case 'ns':
        return duration(value);
      case 'ns-per-page':
        return language === 'zh' ? `每页 ${duration(value)}` : `${duration(value)} a page`;
      case 'times':
        return `${three(value)}×`;
      case 'per-second':
        return language === 'zh' ? `每秒 ${compact(value)}` : `${compact(value)}/s`;
      case 'plain':
        return Number.isInteger(value) ? plain(value) : three(value);
      default: {
        const { one, many, zh } = nouns[unit];
        const count = Number.isInteger(value) ? plain(value) : three(value);
        return `${count} ${language === 'zh' ? zh : value === 1 ? one : many}`;
      }
    }
  };
  return {
    number: plain,
    bytes,
    duration,
    compact,
    quantity,
  };
}

const made = new Map<Language, Numbers>();

/** The numbers of a language; made once, because `Intl` objects are slow to make. */
export function numbersIn(language: Language): Numbers {
  const known = made.get(language) ?? makeNumbers(language);
  made.set(language, known);
  return known;
}

/** The unit that the name of a measurement ends in: `…Ns`, `…Bytes`, `…Pages`. */
export function unitOfName(name: string): Unit {
  if (name.endsWith('Ns')) return 'ns';
  if (name.endsWith('Bytes')) return 'bytes';
  return name.endsWith('Pages') ? 'pages' : 'plain';
}
