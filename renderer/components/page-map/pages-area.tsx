import { useApp, useWords } from '../../context/context.ts';
import { isActive, type Session } from '../../store/session/session.ts';
import { resultWithoutPages, shownExperiment, shownSession } from '../../store/store.ts';
import { Expected } from '../expected/expected.tsx';
import { Figure } from '../result/figure.tsx';
import classes from './pages.module.css';
import { Regions } from './regions.tsx';
import { SelectableRegion } from './selectable-region.tsx';

/** The hero: every region's pages. */
export function PagesArea() {
  const { t } = useWords();
  const session = useApp(shownSession);
  const starting = useApp((state) => state.starting);
  const experiment = useApp(shownExperiment);
  const ended = session !== undefined && !isActive(session.state);
  const regions = session?.regions ?? [];
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
      {session && regions.length > 0 ? (
        <Regions
          session={session.id}
          regions={regions}
          draw={(region, place) => (
            <SelectableRegion
              session={session.id}
              region={region}
              place={place}
              title={regions.length > 1 ? mappedAs(session, region.id) : undefined}
              released={session.released.has(region.id)}
            />
          )}
        />
      ) : (
        <div className={classes.empty}>
          <p>{ended ? t('pages.nothing') : session || starting ? t('pages.mapping') : t('pages.empty')}</p>
          {!session && !starting && experiment && <Expected key={experiment.id} experiment={experiment} />}
        </div>
      )}
    </section>
  );
}

/** What the step that mapped a region says that it is for: of several regions, what tells them apart. */
const mappedAs = ({ digest }: Session, region: number) => digest.mapped.get(region)?.title;
