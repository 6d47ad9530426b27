import { Button, CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useWords } from '../../context/context.ts';
import type { Session } from '../../store/session/session.ts';
import classes from './log.module.css';

interface Props {
  readonly session: Session;
  /** Whether the log shows only the steps in question. */
  readonly alone: boolean;
  readonly onAlone: (alone: boolean) => void;
}

/** What came of doing a saved session again. */
export function ReplayNote({ session, alone, onAlone }: Props) {
  const { t, pick } = useWords();
  const [dismissed, setDismissed] = useState<number>();
  const claim = session.claims.get('replay');
  if (!claim || dismissed === session.id) return undefined;
  const { length, forgotten } = session.digest.differing;
  const count = length + forgotten;
  return (
    <section className={classes.replay} data-status={claim.status} aria-label={t('log.replay.title')}>
      {claim.status === 'held' ? <IconCheck size={16} aria-hidden /> : <IconAlertTriangle size={16} aria-hidden />}
      <div role="status">
        <p>
          <b>{t('log.replay.title')}</b> {pick(claim.text)}
          {claim.reason && ` (${pick(claim.reason)})`}
        </p>
        {count > 0 && <p>{t('log.replay.differs', { count })}</p>}
        {count > 0 && (
          <Button size="compact-xs" variant="default" onClick={() => onAlone(!alone)}>
            {t(alone ? 'log.replay.showAll' : 'log.replay.show')}
          </Button>
        )}
      </div>
      <CloseButton
        size="sm"
        aria-label={t('log.replay.dismiss')}
        onClick={() => {
          setDismissed(session.id);
          onAlone(false);
        }}
      />
    </section>
  );
}
