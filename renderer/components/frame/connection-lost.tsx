import { Button } from '@mantine/core';
import { IconPlugConnectedX, IconRefresh } from '@tabler/icons-react';
import { useTranslate } from '../../context/context.ts';
import classes from '../shared/full.module.css';

/** The engine is out of reach: what that means, and the one thing to do. */
export function ConnectionLost({ refused, reason }: { refused: boolean; reason: string }) {
  const t = useTranslate();
  return (
    <main className={classes.full}>
      <IconPlugConnectedX size={36} stroke={1.4} aria-hidden />
      <h1>{t('lost.title')}</h1>
      <p role="alert">{t(refused ? 'lost.refused' : 'lost.text')}</p>
      <p className={classes.detail}>{t('lost.detail', { reason })}</p>
      <Button size="sm" leftSection={<IconRefresh size={16} aria-hidden />} onClick={() => location.reload()}>
        {t('lost.reload')}
      </Button>
    </main>
  );
}
