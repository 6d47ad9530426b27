import type { ListedRecording } from '../../../protocol/service.ts';
import { addressOfGuide, addressOfLimits, addressOfRecordings } from '../../context/address.ts';
import { useApp, useWords } from '../../context/context.ts';
import { nameOf } from '../../store/recordings-actions.ts';
import { chapters } from '../guide/contents.ts';
import { valuesText } from '../recordings/values-text.ts';
import classes from './home.module.css';

/** As many runs as one remembers having made. */
const mostRuns = 6;

/** Beside the questions: the last runs, the machine, the chapters of the guide. */
export function HomeSide() {
  const { t, pick } = useWords();
  return (
    <aside className={classes.side} aria-label={t('app.machine')}>
      <section>
        <h2>{t('home.runs')}</h2>
        <Runs />
      </section>
      <section>
        <h2>{t('home.machine')}</h2>
        <Machine />
        <p>
          <a href={addressOfLimits()}>{t('home.limits')}</a>
        </p>
      </section>
      <section>
        <h2>{t('home.read')}</h2>
        <ul className={classes.list}>
          {chapters.map(({ id, title }) => (
            <li key={id}>
              <a href={addressOfGuide(id)}>{pick(title)}</a>
            </li>
          ))}
        </ul>
      </section>
    </aside>
  );
}

function Runs() {
  const { t } = useWords();
  const recordings = useApp((state) => state.recordings);
  if (!recordings) return undefined;
  const runs = recordings.listed.filter(({ read }) => read !== undefined).slice(0, mostRuns);
  if (runs.length === 0) return <p>{t(recordings.mostBytes === 0 ? 'home.runsOff' : 'home.noRuns')}</p>;
  return (
    <>
      <ul className={classes.list}>
        {runs.map((recording) => (
          <Run key={recording.file} recording={recording} />
        ))}
      </ul>
      <p>
        <a href={addressOfRecordings()}>{t('home.allRuns')}</a>
      </p>
    </>
  );
}

function Run({ recording }: { recording: ListedRecording }) {
  const { t, pick, format } = useWords();
  const { read } = recording;
  const known = useApp((state) => state.catalogue?.find(({ id }) => id === read?.experiment.id));
  if (!read) return undefined;
  const { experiment, claims, createdAt } = read;
  // The first says how large it was; of the others those that are not as always.
  const told = Object.fromEntries(
    Object.entries(experiment.parameters).filter(
      ([name, value], index) => index === 0 || known?.parameters.find((each) => each.name === name)?.default !== value,
    ),
  );
  const total = claims.held + claims.failed + claims.skipped;
  return (
    <li className={classes.run}>
      <a href={addressOfRecordings(nameOf(recording))} title={format.date(new Date(createdAt))}>
        {pick(experiment.title)}
      </a>
      {total > 0 && <span>{t('recordings.claims', { held: claims.held, total })}</span>}
      <span className={classes.values}>{valuesText(told, known, pick, format)}</span>
    </li>
  );
}

/** What experiments meet here; none of it is asked of the kernel again. */
function Machine() {
  const { t, format } = useWords();
  const environment = useApp((state) => state.host?.environment);
  if (!environment) return undefined;
  const { memlock, capabilities, memTotal, memAvailable, swapTotal, thp, kernel, architecture } = environment;
  const limit = memlock.soft === 'unlimited' ? t('home.noLimit') : format.bytes(memlock.soft);
  const rows = [
    [t('home.mayLock'), capabilities.includes('CAP_IPC_LOCK') ? t('home.mayLockMore', { limit }) : limit],
    [t('home.memory'), t('home.memoryValue', { total: format.bytes(memTotal), available: format.bytes(memAvailable) })],
    [t('home.swap'), swapTotal === 0 ? t('home.noSwap') : format.bytes(swapTotal)],
    [t('home.hugePages'), thp],
    [t('home.kernel'), `Linux ${kernel}, ${architecture}`],
  ] as const;
  return (
    <dl className={classes.machine}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
