import { describe, expect, it } from 'vitest';
import { findActions, wordsOf } from '../../../renderer/components/frame/find-actions.ts';
import { findEntries } from '../../../renderer/components/guide/find-entries.ts';

const groups = [
  {
    group: 'Views',
    actions: [
      { id: 'far', label: 'Far', description: 'locked memory' },
      { id: 'near', label: 'Memory', keywords: ['锁定', 'Locked'] },
    ],
  },
  { group: 'Other', actions: Array.from({ length: 40 }, (_, index) => ({ id: `${index}`, label: `page ${index}` })) },
];
const found = (query: string) =>
  findActions(wordsOf(query), groups).map(({ group, actions }) => [group, actions.map(({ id }) => id)]);

describe('the search', () => {
  it('finds what has all words somewhere, in any order, and first what has them in its name', () => {
    expect(found('memory locked')).toEqual([['Views', ['far', 'near']]]);
    expect(found('MEMORY')).toEqual([['Views', ['near', 'far']]]);
    expect(found('锁定')).toEqual([['Views', ['near']]]);
    expect(found('memory page')).toEqual([]);
  });

  it('lists some of many, and none of a group that has nothing', () => {
    expect(found('page')).toEqual([['Other', Array.from({ length: 12 }, (_, index) => `${index}`)]]);
  });

  it.each(['en', 'zh'] as const)(
    'knows where an errno is set right and where it is seen, by name and by what strerror says (%s)',
    async (language) => {
      const { errnos, fixes } = await findEntries(language);
      for (const query of ['enomem', 'Cannot allocate memory', '无法分配内存']) {
        const [group] = findActions(wordsOf(query), [{ group: '', actions: errnos }]);
        const ids = group?.actions.map(({ id }) => id);
        expect(ids).toEqual(['errno-ENOMEM-fix', 'errno-ENOMEM-experiment']);
        expect(errnos.filter(({ id }) => ids?.includes(id)).map(({ address }) => address)).toEqual([
          '#limits/ulimit',
          '#/lock-limit',
        ]);
      }
      expect(fixes.map(({ id }) => id)).toContain('fix-systemd-service');
    },
  );
});
