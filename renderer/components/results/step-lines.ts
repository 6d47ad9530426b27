import type { Step } from '../../../protocol/events.ts';
import type { Sequence } from '../../store/session/append-only-list.ts';

/** A stretch of a text: the offsets of its first character and of the one after its last. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A comment that says which step, or from which to which, the lines below it are. */
const heading = /^ {4}\/\* (.+) \*\/$/gm;

/**
 * The lines of a step in the program of its session: those below the comment with its title. A loop has the first
 * and the last title of the steps that it stands for. Undefined where there are no such lines.
 */
export function stepLines(program: string, steps: Sequence<Step>, place: number): Stretch | undefined {
  const main = Math.max(0, program.indexOf('\nint main('));
  const headings = [...program.slice(main).matchAll(heading)];
  const placeOf = (title: string | undefined, from: number): number => {
    for (let at = from; at < steps.length; at++) if (steps.at(at)?.title.en === title) return at;
    return -1;
  };
  let next = 0;
  for (const [index, { 1: text, index: at }] of headings.entries()) {
    const [firstTitle, lastTitle = firstTitle] = text?.split(' … ') ?? [];
    const first = placeOf(firstTitle, next);
    if (first < 0) continue;
    const last = lastTitle === firstTitle ? first : placeOf(lastTitle, first);
    next = Math.max(first, last) + 1;
    if (place < first || place >= next) continue;
    const end = headings[index + 1]?.index;
    const lines = program.slice(main + at, end === undefined ? undefined : main + end);
    const blank = lines.indexOf('\n\n');
    return { from: main + at, to: main + at + (blank < 0 ? lines.length : blank + 1) };
  }
  return undefined;
}
