import { Progress } from '@mantine/core';
import { IconCircleMinus } from '@tabler/icons-react';
import { useId } from 'react';
import { useWords } from '../../context/context.ts';
import { isActive, type Session, type Progress as Work } from '../../store/session/session.ts';
import { Empty } from '../shared/panel.tsx';
import classes from './core-file.module.css';
import { CoreFileCard } from './core-file-card.tsx';
import { skippedFor } from './skipped.ts';
import { Hatching } from './strip-shapes.tsx';
import { useCoreWords } from './use-core-words.ts';

/** The core files of a session: each as a strip of its mappings and what its search proved, or why none is shown. */
export function CoreFiles({ session }: { session: Session | undefined }) {
  const { t } = useWords();
  if (!session) return <Empty>{t('secrets.empty')}</Empty>;
  const { coreFiles, progress, state } = session;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className={classes.files} aria-label={t('secrets.title')} tabIndex={0}>
      {progress && <WorkUnderWay work={progress} />}
      {coreFiles.length > 0 && <Cards session={session} />}
      {coreFiles.length === 0 && !progress && <Empty>{t(isActive(state) ? 'secrets.waiting' : 'secrets.none')}</Empty>}
      <Skipped session={session} />
    </section>
  );
}

function Cards({ session }: { session: Session }) {
  const words = useCoreWords(session);
  return (
    <>
      {session.coreFiles.map((file) => (
        <CoreFileCard key={file.id} file={file} words={words} />
      ))}
      <Key />
    </>
  );
}

/** How far the search is. */
function WorkUnderWay({ work }: { work: Work }) {
  const { t, format, pick } = useWords();
  const show = work.unit === 'bytes' ? format.bytes : format.number;
  const percent = Math.floor((work.done / work.total) * 100);
  const total = show(work.total);
  // gdb holds the process that would say how far it is.
  const unknown = work.done === 0;
  return (
    <div className={classes.work}>
      <p className={classes.workText}>
        <span>{pick(work.title)}</span>
        <span>
          {unknown
            ? t('secrets.underWay', { total })
            : t('secrets.progress', { done: show(work.done), total, percent })}
        </span>
      </p>
      <Progress value={unknown ? 100 : percent} animated={unknown} size={6} aria-label={pick(work.title)} />
    </div>
  );
}

/** What the looks mean. */
function Key() {
  const { t } = useWords();
  const hatching = useId();
  return (
    <p className={classes.keys}>
      <span className={classes.key}>
        <i className={classes.inFileKey} />
        {t('secrets.key.inFile')}
      </span>
      <span className={classes.key}>
        <svg className={classes.notInFileKey} width="16" height="11" aria-hidden="true">
          <Hatching id={hatching} />
          <rect width="16" height="11" fill={`url(#${hatching})`} />
        </svg>
        {t('secrets.key.notInFile')}
      </span>
      <span className={classes.key}>
        <i className={classes.lineKey} />
        {t('secrets.key.line')}
      </span>
      <span className={classes.key}>{t('secrets.key.scale')}</span>
    </p>
  );
}

/** What could not be measured here, with the reason: the claims say the rest. */
function Skipped({ session }: { session: Session }) {
  const { t, pick } = useWords();
  const skipped = skippedFor(session.claims);
  if (skipped.length === 0) return undefined;
  return (
    <ul className={classes.skipped} aria-label={t('secrets.skipped')}>
      {skipped.map(({ reason, claims }) => (
        <li key={reason.en}>
          <IconCircleMinus size={15} aria-hidden />
          <span>
            {pick(reason)}
            <span className={classes.claims}>
              {t('secrets.skippedClaims', { claims: claims.map((claim) => pick(claim)).join(' · ') })}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
