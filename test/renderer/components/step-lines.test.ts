import { expect, it } from 'vitest';
import type { Step } from '../../../protocol/events.ts';
import { stepLines } from '../../../renderer/components/results/step-lines.ts';

const steps = ['Map 4 pages', 'Write page 0', 'Write page 1', 'Write page 2', 'Look', 'Map 4 pages'].map(
  (en, index): Step => ({
    index,
    title: { en, zh: '' },
    call: 'mmap',
    arguments: {},
    returned: 0,
    errno: null,
    durationNs: 1,
    startedNs: index,
  }),
);

const program = `/* Map 4 pages */
int main(void) {
    page_size = 4096;

    /* Map 4 pages */
    A = mmap(4);
    show(A);

    /* Write page 0 … Write page 2 */
    for (page = 0; page < 3; page++)
        write_page(page);

    /* Look */
    show(A);

    /* Map 4 pages */
    B = mmap(4);

    summarize(A);
}
`;

const linesAt = (place: number): string | undefined => {
  const found = stepLines(program, steps, place);
  return found && program.slice(found.from, found.to);
};

it('finds the lines of each step, also where one loop stands for several and where a title comes twice', () => {
  expect(linesAt(0)).toBe('    /* Map 4 pages */\n    A = mmap(4);\n    show(A);\n');
  for (const place of [1, 2, 3])
    expect(linesAt(place)).toMatch(/^ {4}\/\* Write page 0 … .*\n.*for.*\n.*write_page.*\n$/);
  expect(linesAt(5)).toBe('    /* Map 4 pages */\n    B = mmap(4);\n');
  expect(linesAt(6)).toBeUndefined();
});

it('finds none for a step that the program does not have', () => {
  expect(stepLines(program.replaceAll('Look', 'See'), steps, 4)).toBeUndefined();
});
