import { IconShieldCheck } from '@tabler/icons-react';
import { useApp, useWords } from '../../context/context.ts';
import { shownSample } from '../../store/store.ts';
import { Tip } from '../shared/tip.tsx';
import { lockKinds } from './lock-kind.ts';
import classes from './lock-timeline.module.css';
import { LockSwatch } from './lock-tooltip.tsx';
import { softLimit } from './locked-series.ts';
import { useLockWords } from './moment-text.ts';
import { type LockModel, useLimitLifted } from './use-lock-model.ts';

/** What the looks mean, and where it all stands, in words and numbers. */
export function LockCaption({ model }: { model: LockModel }) {
  const { t, format } = useWords();
  const words = useLockWords();
  const { session, bars, scale } = model;
  const kinds = lockKinds.filter((kind) => bars.some((bar) => bar.kind === kind));
  const used = useApp((state) => shownSample(state)?.vmLck);
  const limit = softLimit(session.samples);
  const above = limit !== undefined && limit !== 'unlimited' && limit > scale.mostLimitBytes;
  const { length, forgotten } = session.digest.refused;
  const refused = length + forgotten;
  return (
    <figcaption className={classes.caption}>
      {kinds.map((kind) => (
        <span key={kind} className={classes.key}>
          <LockSwatch kind={kind} />
          {t(`locks.kind.${kind}`)}
        </span>
      ))}
      {used !== undefined && (
        <span className={classes.key}>
          <i className={classes.areaKey} />
          {t('locks.charged', { used: format.bytes(used) })}
        </span>
      )}
      {limit !== undefined && (
        <span className={classes.key}>
          {!above && limit !== 'unlimited' && <i className={classes.limitKey} />}
          {t(above ? 'locks.limitAbove' : 'locks.limit', { limit: words.limit(limit) })}
        </span>
      )}
      {refused > 0 && (
        <span className={`${classes.key} ${classes.refusedKey}`}>
          <i className={classes.diamond} />
          {t('locks.refused', { count: refused })}
        </span>
      )}
      <LiftedNote model={model} />
    </figcaption>
  );
}

function LiftedNote({ model }: { model: LockModel }) {
  const { t } = useWords();
  const lifted = useLimitLifted(model.session);
  if (lifted === 'no') return undefined;
  return (
    <Tip label={t(lifted === 'yes' ? 'locks.liftedHint' : 'locks.droppedHint')}>
      <span className={classes.lifted}>
        <IconShieldCheck size={13} aria-hidden />
        <span className={classes.liftedText}>{t(lifted === 'yes' ? 'locks.lifted' : 'locks.dropped')}</span>
      </span>
    </Tip>
  );
}
