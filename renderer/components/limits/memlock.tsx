import { Progress } from '@mantine/core';
import { IconCircleCheckFilled, IconCircleDashed } from '@tabler/icons-react';
import type { ByteLimit } from '../../../protocol/byte-limit.ts';
import { limitKib, limitPages } from '../../../protocol/limit-units.ts';
import type { LimitsReport } from '../../../protocol/limits.ts';
import { useWords } from '../../context/context.ts';
import { Panel } from '../shared/panel.tsx';
import classes from './limits-page.module.css';
import { useLimitWords } from './use-limit-words.ts';

/** The limit in every unit that people meet it in, what is used of it, and the capability that lifts it. */
export function Memlock({ report }: { report: LimitsReport }) {
  const { t, format } = useWords();
  const words = useLimitWords();
  const { memlock, vmLckBytes, pageSize } = report;
  const rows: readonly (readonly [name: string, limit: ByteLimit])[] = [
    [t('limits.memlock.soft'), memlock.soft],
    [t('limits.memlock.hard'), memlock.hard],
    [t('limits.memlock.used'), vmLckBytes],
  ];
  return (
    <Panel title={t('limits.memlock.title')} note={t('limits.memlock.caption')}>
      <div className={classes.memlock}>
        <Used used={vmLckBytes} soft={memlock.soft} />
        <table className={classes.table}>
          <thead>
            <tr>
              <td />
              <th scope="col">{t('limits.memlock.size')}</th>
              <th scope="col">{t('limits.memlock.bytes')}</th>
              <th scope="col">{t('limits.memlock.kib')}</th>
              <th scope="col">{t('limits.memlock.pages')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, limit]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>
                  <strong>{words.bytes(limit)}</strong>
                </td>
                <td>{limit === 'unlimited' ? '∞' : format.number(limit)}</td>
                <td>{limit === 'unlimited' ? limit : format.number(Number(limitKib(limit)))}</td>
                <td>{limit === 'unlimited' ? '∞' : format.number(Number(limitPages(limit, pageSize)))}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className={classes.scope}>{t('limits.memlock.scope')}</p>
        <Capability report={report} />
      </div>
    </Panel>
  );
}

function Used({ used, soft }: { used: number; soft: ByteLimit }) {
  const { t, format } = useWords();
  if (soft === 'unlimited')
    return <p className={classes.used}>{t('limits.memlock.open', { used: format.bytes(used) })}</p>;
  const text = t('limits.memlock.bar', { used: format.bytes(used), limit: format.bytes(soft) });
  const share = soft === 0 ? 100 : Math.min(100, (used / soft) * 100);
  return (
    <div className={classes.used}>
      <span>{text}</span>
      <Progress value={share} size={8} color={share >= 90 ? 'red' : 'gray'} aria-label={text} />
    </div>
  );
}

function Capability({ report }: { report: LimitsReport }) {
  const { t } = useWords();
  const { ipcLock } = report;
  const sets = ['effective', 'permitted', 'bounding'] as const;
  const verdict = ipcLock.counts
    ? 'counts'
    : ipcLock.effective
      ? 'ignored'
      : ipcLock.permitted
        ? 'permittedOnly'
        : ipcLock.bounding
          ? 'boundingOnly'
          : 'absent';
  return (
    <section className={classes.capability} aria-labelledby="limits-capability">
      <h3 id="limits-capability" className={classes.subtitle}>
        {t('limits.capability.title')}
      </h3>
      <ul className={classes.sets}>
        {sets.map((set) => (
          <li key={set} data-held={ipcLock[set] || undefined}>
            {ipcLock[set] ? (
              <IconCircleCheckFilled size={15} className={classes.mark} aria-hidden />
            ) : (
              <IconCircleDashed size={15} className={classes.mark} aria-hidden />
            )}
            {t(`limits.capability.${set}`)}
            <span className={classes.set}>{t(ipcLock[set] ? 'limits.yes' : 'limits.no')}</span>
          </li>
        ))}
      </ul>
      <p className={classes.verdictText}>{t(`limits.capability.${verdict}`)}</p>
    </section>
  );
}
