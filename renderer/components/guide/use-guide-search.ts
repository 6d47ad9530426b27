import type { SpotlightActionGroupData } from '@mantine/spotlight';
import { useEffect, useState } from 'react';
import { useWords } from '../../context/context.ts';
import type { GuideEntries, GuideEntry } from './find-entries.ts';

/** What a search finds in what is explained: nothing until that was loaded. */
export function useGuideSearch(): SpotlightActionGroupData[] {
  const { t, language } = useWords();
  const [entries, setEntries] = useState<GuideEntries>();
  useEffect(() => {
    let wanted = true;
    void import('./find-entries.ts')
      .then(({ findEntries }) => findEntries(language))
      .then((found) => wanted && setEntries(found));
    return () => {
      wanted = false;
    };
  }, [language]);
  if (!entries) return [];
  const actions = (found: readonly GuideEntry[]) =>
    found.map(({ address, ...entry }) => ({
      ...entry,
      onClick: () => {
        location.hash = address;
      },
    }));
  return [
    { group: t('palette.errnos'), actions: actions(entries.errnos) },
    { group: t('palette.fixes'), actions: actions(entries.fixes) },
    { group: t('guide.title'), actions: actions(entries.chapters) },
    { group: t('guide.terms'), actions: actions(entries.terms) },
  ];
}
