/** Rules of madvise(2) about what a core file holds. core(5) */

import { rules, same } from '../rule.ts';
import { marksInCore } from './core-file.ts';

export const dumpAdviceRules = rules('madvise', [
  {
    rule: {
      en: 'DONTDUMP keeps a page out of the core file, where a plain page is',
      zh: 'DONTDUMP 使页不写入 core 文件，普通的页则在其中',
    },
    source: 'madvise(2), core(5), Linux 3.4',
    as: 'any',
    check: async () => {
      const marks = await marksInCore();
      same([marks.get('plain'), marks.get('dontdump')], [1, 0], 'times that each mark is in the core file');
    },
  },
  {
    rule: {
      en: 'DODUMP takes DONTDUMP back: the page is in the core file',
      zh: 'DODUMP 撤销 DONTDUMP：该页写入 core 文件',
    },
    source: 'madvise(2), core(5), Linux 3.4',
    as: 'any',
    check: async () => {
      const marks = await marksInCore();
      same(marks.get('dodump'), 1, 'times that the mark is in the core file');
    },
  },
]);
