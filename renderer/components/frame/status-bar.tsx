import { Progress, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { sampleRateBounds } from '../../../protocol/rates.ts';
import { useApp, usePages, usePagesVersion, useWords } from '../../context/context.ts';
import { shownSession } from '../../store/store.ts';
import classes from './status-bar.module.css';

/** What holds for the process as a whole. */
export function StatusBar() {
  const { t, format } = useWords();
  const host = useApp((state) => state.host);
  const session = useApp(shownSession);
  const skipped = useSkipped();
  const pid = session?.started?.pid ?? host?.pid;
  return (
    <footer className={classes.bar}>
      {pid !== undefined && <Item hint={t('status.pidHint')}>{t('status.pid', { pid })}</Item>}
      {host && (
        <Item hint={t('status.pageSizeHint')}>
          {t('status.pageSize', { size: format.bytes(host.environment.pageSize) })}
        </Item>
      )}
      <LockedMemory />
      {host?.environment.emptyCallNs !== undefined && (
        <Item hint={t('status.emptyCallHint')}>
          {t('status.emptyCall', { time: format.duration(host.environment.emptyCallNs) })}
        </Item>
      )}
      <Item hint={t('status.rateHint')}>{t('status.rate', { hz: sampleRateBounds.default })}</Item>
      <Item hint={t('status.skippedHint')}>{t('status.skipped', { count: skipped })}</Item>
      {session?.started && <Item hint={t('status.placementHint')}>{t(`status.${session.started.placement}`)}</Item>}
      {host && <span className={classes.end}>{t('status.kernel', { kernel: host.environment.kernel })}</span>}
    </footer>
  );
}

/** VmLck against the soft limit: the number that decides whether the next mlock succeeds. */
function LockedMemory() {
  const { t, format } = useWords();
  const limit = useApp((state) => state.host?.environment.memlock.soft);
  const used = useApp((state) => shownSession(state)?.samples.at(-1)?.vmLck);
  if (limit === undefined) return undefined;
  const text = t('status.lockedOf', {
    used: used === undefined ? '–' : format.bytes(used),
    limit: limit === 'unlimited' ? t('status.noLimit') : format.bytes(limit),
  });
  const share = limit === 'unlimited' || limit === 0 ? 0 : Math.min(100, ((used ?? 0) / limit) * 100);
  return (
    <Item hint={t('status.lockedHint')}>
      {text}
      {limit !== 'unlimited' && (
        <Progress
          className={classes.meter ?? ''}
          value={share}
          size={5}
          color={share >= 90 ? 'red' : 'orange'}
          aria-label={t('status.lockedHint')}
        />
      )}
    </Item>
  );
}

function Item({ hint, children }: { hint: string; children: ReactNode }) {
  return (
    <Tooltip label={hint} position="top-start">
      <span className={classes.item}>{children}</span>
    </Tooltip>
  );
}

function useSkipped(): number {
  const session = useApp(shownSession);
  const pages = usePages();
  usePagesVersion();
  return (session?.regions ?? []).reduce((sum, { id }) => sum + (pages.region(session?.id ?? 0, id)?.skipped ?? 0), 0);
}
