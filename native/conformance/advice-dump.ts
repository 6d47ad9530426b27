/** Rules of madvise(2) about what a core file holds. core(5) */
import { marksInCore } from './core-file.ts';
import { rules, same } from './rule.ts';

export const dumpAdviceRules = rules('madvise', [
  {
    rule: 'DONTDUMP keeps a page out of the core file, where a plain page is',
    source: 'madvise(2), core(5), Linux 3.4',
    as: 'any',
    check: async () => {
      const marks = await marksInCore();
      same([marks.get('plain'), marks.get('dontdump')], [1, 0], 'times that each mark is in the core file');
    },
  },
  {
    rule: 'DODUMP takes DONTDUMP back: the page is in the core file',
    source: 'madvise(2), core(5), Linux 3.4',
    as: 'any',
    check: async () => {
      const marks = await marksInCore();
      same(marks.get('dodump'), 1, 'times that the mark is in the core file');
    },
  },
]);
