import { useElementSize } from '@mantine/hooks';
import { useState } from 'react';
import type { Text } from '../../../protocol/text.ts';
import type { LegendEntry } from '../../canvas/palette.ts';
import { useApp, usePages, useWords } from '../../context/context.ts';
import { isActive, type Session } from '../../store/session/session.ts';
import { shownSession } from '../../store/store.ts';
import { Panel } from '../shared/panel.tsx';
import { Legend } from './legend.tsx';
import classes from './pages-panel.module.css';
import { RegionCard } from './region-card.tsx';
import { regionColumns } from './region-columns.ts';

/** The hero: every region's pages, side by side, under one legend. */
export function PagesPanel() {
  const { t } = useWords();
  const session = useApp(shownSession);
  const starting = useApp((state) => state.starting);
  const [filter, setFilter] = useState<LegendEntry>();
  const regions = session?.regions ?? [];
  const { ref, width, height } = useElementSize();
  const ended = session !== undefined && !isActive(session.state);
  const columns = regionColumns({
    count: regions.length,
    width,
    height,
    largest: Math.max(...regions.map(({ pages }) => pages)),
  });
  return (
    <Panel
      title={t('pages.title')}
      note={<InstantNote />}
      actions={<Legend session={session?.id} regions={regions} filter={filter} onFilter={setFilter} />}
    >
      {session && regions.length > 0 ? (
        <div
          ref={ref}
          className={classes.regions}
          style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
          data-many={regions.length > 2 || undefined}
        >
          {regions.map((region) => (
            <RegionCard
              key={`${session.id}:${region.id}`}
              session={session.id}
              region={region}
              title={regions.length > 1 ? mappedAs(session, region.id) : undefined}
              released={session.released.has(region.id)}
              filter={filter}
            />
          ))}
        </div>
      ) : (
        <div className={classes.empty}>
          <p>{ended ? t('pages.nothing') : session || starting ? t('pages.mapping') : t('pages.empty')}</p>
          {!session && !starting && <p className={classes.hint}>{t('pages.emptyHint')}</p>}
        </div>
      )}
    </Panel>
  );
}

/** What the step that mapped a region says that it is for: of several regions, what tells them apart. */
const mappedAs = ({ digest }: Session, region: number): Text | undefined => digest.mapped.get(region)?.title;

/** Says that the pages are those of a time that is pointed at, or why they are not. */
function InstantNote() {
  const { t, format } = useWords();
  const session = useApp(shownSession);
  const instant = useApp((state) => state.instant);
  const pages = usePages();
  if (!session || !instant) return undefined;
  const time = format.duration(instant.toNs);
  const forgotten = session.regions.some(({ id }) => pages.region(session.id, id)?.at(instant.toNs) === 'forgotten');
  return <span className={classes.instant}>{t(forgotten ? 'pages.forgotten' : 'pages.asOf', { time })}</span>;
}
