import { useFocusReturn, useHotkeys } from '@mantine/hooks';
import { useSpotlight } from '@mantine/spotlight';
import { lazy, Suspense, useState } from 'react';
import { search, searchStore } from './search-store.ts';

const SearchView = lazy(() => import('./search-view.tsx'));

/** The search, which is loaded when it is opened first: by its button, or by ⌘K or Ctrl-K. */
export function Search() {
  const { opened } = useSpotlight(searchStore);
  // The view is loaded by being opened: it comes too late to note what had the focus.
  useFocusReturn({ opened });
  const [wanted, setWanted] = useState(opened);
  if (opened && !wanted) setWanted(true);
  useHotkeys(wanted ? [] : [['mod+K', () => search.open()]], []);
  return wanted ? (
    <Suspense>
      <SearchView />
    </Suspense>
  ) : undefined;
}
