import type { RegionInfo } from '../../../protocol/events.ts';
import { useApp, useWords } from '../../context/context.ts';
import { isActive } from '../../store/session/session.ts';
import { resultWithoutPages, shownExperiment, shownSession } from '../../store/store.ts';
import { Expected } from '../expected/expected.tsx';
import { Figure } from '../result/figure.tsx';
import classes from './pages.module.css';
import { Regions } from './regions.tsx';
import { SelectableRegion } from './selectable-region.tsx';

const noRegions: readonly RegionInfo[] = [];

/** The hero: every region's pages. */
export function PagesArea() {
  const { t } = useWords();
  const session = useApp((state) => shownSession(state)?.id);
  const regions = useApp((state) => shownSession(state)?.regions) ?? noRegions;
  const released = useApp((state) => shownSession(state)?.released);
  const mapped = useApp((state) => shownSession(state)?.digest.mapped);
  const ended = useApp((state) => !isActive(shownSession(state)?.state ?? 'running'));
  const starting = useApp((state) => state.starting);
  const experiment = useApp(shownExperiment);
  const result = useApp(resultWithoutPages);
  if (result) {
    return (
      <section className={classes.alone} aria-label={t('result.title')}>
        <Figure figure={result.figure} />
      </section>
    );
  }
  return (
    <section className={classes.area} data-panel="pages" aria-label={t('pages.title')}>
      {session !== undefined && regions.length > 0 ? (
        <Regions
          session={session}
          regions={regions}
          draw={(region, place) => (
            <SelectableRegion
              session={session}
              region={region}
              place={place}
              // What the step that mapped it says that it is for: of several regions, what tells them apart.
              title={regions.length > 1 ? mapped?.get(region.id)?.title : undefined}
              released={released?.has(region.id) ?? false}
            />
          )}
        />
      ) : (
        <div className={classes.empty}>
          <p>
            {ended ? t('pages.nothing') : session !== undefined || starting ? t('pages.mapping') : t('pages.empty')}
          </p>
          {session === undefined && !starting && experiment && <Expected key={experiment.id} experiment={experiment} />}
        </div>
      )}
    </section>
  );
}
