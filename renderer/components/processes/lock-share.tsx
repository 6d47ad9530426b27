import type { ProcessRow } from '../../../protocol/processes.ts';
import { useWords } from '../../context/context.ts';
import { Unknown } from '../shared/unknown.tsx';
import classes from './processes.module.css';

/** The limit of what a process may lock, and how much of it is used; or why it does not count. */
export function LockShare({ row: { ipcLock, lockLimitBytes, lockShare, reason } }: { row: ProcessRow }) {
  const { t, format, pick } = useWords();
  if (lockLimitBytes === null) return <Unknown why={reason ? pick(reason) : t('processes.limitsNotRead')} />;
  if (lockLimitBytes === 'unlimited') return t('processes.noLimit');
  if (ipcLock) return <span title={format.bytes(lockLimitBytes)}>CAP_IPC_LOCK</span>;
  return (
    <span className={classes.share}>
      {lockShare !== null && lockShare > 0 && (
        <span className={classes.bar} title={`${format.number(Math.floor(lockShare * 100))} %`}>
          <i style={{ width: `${100 * Math.min(1, lockShare)}%` }} />
        </span>
      )}
      {format.bytes(lockLimitBytes)}
    </span>
  );
}
