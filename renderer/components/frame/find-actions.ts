import type { SpotlightActionData, SpotlightActionGroupData } from '@mantine/spotlight';

/** So many of a group are listed at most: who wants another types one more word. */
const mostOfGroup = 12;

const allOf = ({ label, description, keywords }: SpotlightActionData): string =>
  [label, description, ...(Array.isArray(keywords) ? keywords : [keywords])].join('\n');

/** The words that are looked for. */
export const wordsOf = (query: string): string[] =>
  query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');

/**
 * What has every word, in its label, its description or its keywords. First those that have them in the label, and the
 * groups that such are in.
 */
export function findActions(
  words: readonly string[],
  groups: readonly SpotlightActionGroupData[],
): SpotlightActionGroupData[] {
  const hasAll = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word));
  const found = groups.map(({ group, actions }) => {
    const [named, others]: [SpotlightActionData[], SpotlightActionData[]] = [[], []];
    for (const action of actions) {
      if (hasAll(action.label ?? '')) named.push(action);
      else if (hasAll(allOf(action))) others.push(action);
    }
    return { named, group: { group, actions: [...named, ...others].slice(0, mostOfGroup) } };
  });
  const some = found.filter(({ group }) => group.actions.length > 0);
  return [...some.filter(({ named }) => named.length > 0), ...some.filter(({ named }) => named.length === 0)].map(
    ({ group }) => group,
  );
}
