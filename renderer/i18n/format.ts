import { type Language, localeOf } from '../../protocol/language.ts';
import { type Numbers, numbersIn } from '../../protocol/quantity.ts';

/** Numbers as a person reads them, and what else depends on the language. */
export interface Format extends Numbers {
  /** The time of day, to the second. */
  time(date: Date): string;
  /** The day and the time of day, to the second. */
  date(date: Date): string;
  /** Between the items of a list. */
  readonly listSeparator: string;
}

function makeFormat(language: Language): Format {
  const clock = new Intl.DateTimeFormat(localeOf[language], { timeStyle: 'medium' });
  const calendar = new Intl.DateTimeFormat(localeOf[language], { dateStyle: 'medium', timeStyle: 'medium' });
  return {
    ...numbersIn(language),
    time: (date) => clock.format(date),
    date: (date) => calendar.format(date),
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
