import type { Step } from '../../../protocol/events.ts';
import type { Language } from '../../../protocol/language.ts';
import { Log } from '../../store/session/append-only-list.ts';
import { callText } from '../steps/call.ts';

/** Which entries of the log are shown. */
export interface LogFilter {
  readonly refused: boolean;
  readonly region: number | undefined;
  /** Words that all occur in an entry's title, call or outcome, in any case. */
  readonly text: string;
}

export const everything: LogFilter = { refused: false, region: undefined, text: '' };

export const isFiltering = ({ refused, region, text }: LogFilter): boolean =>
  refused || region !== undefined || text.trim() !== '';

/** A test of entries. What is about the whole process is about every region. */
export function entryTest({ refused, region, text }: LogFilter, language: Language): (step: Step) => boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (step) => {
    if (refused && step.errno === null) return false;
    if (region !== undefined && step.region !== undefined && step.region !== region) return false;
    if (words.length === 0) return true;
    const all = `${step.title[language]}\n${callText(step)}\n${step.outcome?.[language] ?? ''}`.toLowerCase();
    return words.every((word) => all.includes(word));
  };
}

/** The entries of a growing log that pass a test; each is looked at once. */
export class FilteredLog {
  readonly #passes: (step: Step) => boolean;
  #seen: Log<Step> | undefined;
  #matches = Log.of<Step>();

  constructor(passes: (step: Step) => boolean) {
    this.#passes = passes;
  }

  /** Those of a log that is the last one with more entries, or another altogether. */
  of(log: Log<Step>): Log<Step> {
    const seen = this.#seen;
    this.#seen = log;
    const end = seen ? seen.forgotten + seen.length : 0;
    const continues = seen !== undefined && end >= log.forgotten && seen.at(-1) === log.numbered(end - 1);
    if (!continues) this.#matches = Log.of();
    const news = log.slice(continues ? end - log.forgotten : 0);
    this.#matches = this.#matches.append(news.filter(this.#passes));
    return this.#matches;
  }
}
