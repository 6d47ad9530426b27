import { addressOfRecordings } from '../../context/address.ts';
import { useApp, useWords } from '../../context/context.ts';
import { currentSession } from '../../store/store.ts';
import { RegionCard } from '../page-map/region-card.tsx';
import { Regions } from '../page-map/regions.tsx';
import { Waiting } from '../shared/waiting.tsx';
import classes from './compare.module.css';
import { Damaged } from './damaged.tsx';
import { valuesText } from './values-text.ts';

/** One of the two: what it is, and its pages at its instant, those marked that differ from the other's. */
export function CompareSide({ letter }: { letter: 'A' | 'B' }) {
  const { t, pick, format } = useWords();
  const session = useApp((state) => currentSession(state, 'recordings'));
  const reopened = useApp((state) => state.reopened);
  const known = useApp((state) => state.catalogue?.find(({ id }) => id === reopened?.experiment.id));
  const regions = session?.regions ?? [];
  if (!reopened) return undefined;
  const { name, experiment, createdAt, version, environment, pid } = reopened;
  const { kernel, architecture } = environment;
  const recorded = { time: format.date(new Date(createdAt)), version, kernel, architecture };
  return (
    <section className={classes.side} aria-label={t('recordings.compare.side', { letter })}>
      <header className={classes.sideHead}>
        <h2>{letter}</h2>
        <a href={addressOfRecordings(name)} title={t('recordings.recorded', recorded)}>
          {pick(experiment.title)}
        </a>
        <span className={classes.values}>{valuesText(experiment.parameters, known, pick, format)}</span>
        <code>{t('status.pid', { pid })}</code>
      </header>
      {session && <Damaged session={session} />}
      {session && regions.length > 0 ? (
        <Regions
          session={session.id}
          regions={regions}
          draw={(region, place) => (
            <RegionCard
              session={session.id}
              region={region}
              place={place}
              title={regions.length > 1 ? session.digest.mapped.get(region.id)?.title : undefined}
              released={session.released.has(region.id)}
            />
          )}
        />
      ) : (
        <Waiting text={t('recordings.opening')} />
      )}
    </section>
  );
}
