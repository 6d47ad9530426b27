import { Button } from '@mantine/core';
import { IconPlugConnectedX, IconRefresh } from '@tabler/icons-react';
import { useApp, useWords } from '../../context/context.ts';
import classes from '../shared/full.module.css';

/** The engine did not let this window in: what that means, and the one thing to do. */
export function ConnectionLost({ refused, reason }: { refused: boolean; reason: string }) {
  const { t } = useWords();
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

/** The engine has gone out of reach: what it showed until then stays, below this. */
export function LostBanner() {
  const { t } = useWords();
  const lost = useApp(({ connection }) => (connection.status === 'lost' ? connection : undefined));
  if (!lost) return undefined;
  return (
    <div className={classes.banner} role="alert">
      <IconPlugConnectedX size={17} aria-hidden />
      <p title={t('lost.detail', { reason: lost.reason })}>
        <b>{t('lost.title')}</b> {t('lost.text')}
      </p>
      <Button variant="default" leftSection={<IconRefresh size={14} aria-hidden />} onClick={() => location.reload()}>
        {t('lost.reload')}
      </Button>
    </div>
  );
}
