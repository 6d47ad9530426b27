import type { ProcessRow } from '../../../protocol/processes.ts';
import { addressOfProcess } from '../../context/address.ts';
import { useWords } from '../../context/context.ts';
import { useProcesses } from '../processes/use-processes.ts';
import { Unknown } from '../shared/unknown.tsx';
import classes from './lockers.module.css';

/** As many are listed: the table of all processes has the rest. */
const most = 60;

/** The processes that lock memory, each with its limit, to turn from one to another. */
export function Lockers({ pid }: { pid: number }) {
  const { t } = useWords();
  const { rows } = useProcesses();
  const locking = [...rows.values()]
    .filter((row) => row.pid === pid || (row.vmLckBytes ?? 0) > 0)
    .sort((a, b) => (b.vmLckBytes ?? 0) - (a.vmLckBytes ?? 0) || a.pid - b.pid);
  return (
    <nav className={classes.lockers} aria-label={t('process.lockers.title')}>
      <ul>
        {locking.slice(0, most).map((row) => (
          <li key={row.pid}>
            <Locker row={row} current={row.pid === pid} />
          </li>
        ))}
      </ul>
      {rows.size > 0 && locking.every(({ vmLckBytes }) => !vmLckBytes) && <p>{t('process.lockers.none')}</p>}
    </nav>
  );
}

function Locker({ row, current }: { row: ProcessRow; current: boolean }) {
  const { t, format, pick } = useWords();
  const { vmLckBytes, lockLimitBytes, lockShare, ipcLock } = row;
  const limit =
    lockLimitBytes === null
      ? t('process.lockers.unknown')
      : lockLimitBytes === 'unlimited'
        ? t('process.lockers.noLimit')
        : ipcLock
          ? t('process.lockers.free')
          : t('process.lockers.of', { limit: format.bytes(lockLimitBytes) });
  return (
    <a
      className={classes.locker}
      href={addressOfProcess(row.pid, row.startTicks ?? undefined)}
      aria-current={current ? 'page' : undefined}
    >
      <span className={classes.name}>
        <b>{row.name ?? <Unknown why={row.reason && pick(row.reason)} />}</b> <small>{row.pid}</small>
      </span>
      <span className={classes.amount}>
        <b>{vmLckBytes === null ? <Unknown why={t('processes.notInStatus')} /> : format.bytes(vmLckBytes)}</b> {limit}
      </span>
      {vmLckBytes !== null && vmLckBytes > 0 && (
        <span className={classes.bar} aria-hidden data-open={ipcLock !== false || lockShare === null || undefined}>
          <i style={{ width: `${100 * Math.min(1, lockShare ?? 1)}%` }} />
        </span>
      )}
    </a>
  );
}
