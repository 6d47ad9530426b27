import { type ComponentProps, useCallback } from 'react';
import { useActions, useApp } from '../../context/context.ts';
import { noPages, type PageSet } from '../../store/pages/page-set.ts';
import { RegionCard } from './region-card.tsx';

/** A region whose selected pages the window knows: they are in its address. */
export function SelectableRegion(props: ComponentProps<typeof RegionCard>) {
  const { session, region } = props;
  const { selectPages } = useActions();
  const pages = useApp(({ selection }) => (selection?.of === session ? selection.pages.get(region.id) : undefined));
  const select = useCallback((chosen: PageSet) => selectPages(region.id, chosen), [selectPages, region.id]);
  return <RegionCard {...props} selection={pages ?? noPages} onSelect={select} />;
}
