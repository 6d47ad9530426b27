import { useMemo } from 'react';
import { processLocks } from '../../../protocol/process-locks.ts';
import type { ProcessRow } from '../../../protocol/processes.ts';
import { addressOfLimits, addressOfProcess } from '../../context/address.ts';
import { useWords } from '../../context/context.ts';
import { Empty } from '../shared/panel.tsx';
import table from '../shared/sorted-table.module.css';
import { Unknown } from '../shared/unknown.tsx';
import { LockShare } from './lock-share.tsx';
import { userOf, whereOf } from './process-list.ts';
import { ColumnName } from './process-table.tsx';
import classes from './processes.module.css';
import type { KnownProcesses } from './use-processes.ts';

/** Who locks how much of which limit; sums by user, beside what the kernel counts for the machine. */
export function Locks({ known: { rows, answer } }: { known: KnownProcesses }) {
  const { t, format, pick } = useWords();
  const machine = answer?.machine;
  const locks = useMemo(() => machine && processLocks([...rows.values()], machine), [rows, machine]);
  const held = ({ vmLckBytes, vmPinBytes }: ProcessRow) => (vmLckBytes ?? 0) + (vmPinBytes ?? 0);
  const locking = [...rows.values()].filter((row) => held(row) > 0).sort((a, b) => held(b) - held(a) || a.pid - b.pid);
  if (!locks) return undefined;
  const bytes = (value: number | null, why: string) => (value === null ? <Unknown why={why} /> : format.bytes(value));
  return (
    <div className={classes.locks}>
      {locking.length === 0 ? (
        <Empty>{t('processes.noneLocks')}</Empty>
      ) : (
        <table className={`${table.table} ${classes.table}`}>
          <thead>
            <tr>
              {(['name', 'pid', 'user', 'where', 'vmLck', 'limit'] as const).map((id) => (
                <th key={id} scope="col" data-column={id} title={t(`processes.columnHints.${id}`)}>
                  <ColumnName id={id} />
                </th>
              ))}
              <th scope="col" title={t('processes.pinnedHint')}>
                VmPin
              </th>
              <td />
            </tr>
          </thead>
          <tbody>
            {locking.map((row) => (
              <tr key={row.pid}>
                <th scope="row" data-column="name">
                  <a href={addressOfProcess(row.pid, row.startTicks ?? undefined)}>{row.name}</a>
                </th>
                <td data-column="pid">{row.pid}</td>
                <td data-column="user" data-word>
                  {userOf(row)}
                </td>
                <td data-column="where" data-word>
                  {whereOf(row)}
                </td>
                <td data-column="vmLck">{bytes(row.vmLckBytes, t('processes.notInStatus'))}</td>
                <td data-column="limit">
                  <LockShare row={row} />
                </td>
                <td>{bytes(row.vmPinBytes, t('processes.notInStatus'))}</td>
                <td>
                  <a href={addressOfLimits(undefined, row)}>{t('processes.itsLimits')}</a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <section className={classes.sums} aria-label={t('processes.sums')}>
        <h2>{t('processes.byUser')}</h2>
        <p className={classes.summary}>{t('processes.byUserHint')}</p>
        <dl>
          {locks.users.map(({ uid, user, processes, vmLckBytes }) => (
            <div key={uid}>
              <dt>
                {user ?? uid ?? <Unknown why={t('processes.notInStatus')} />}{' '}
                <small>{t('processes.count', { count: processes })}</small>
              </dt>
              <dd>{format.bytes(vmLckBytes)}</dd>
            </div>
          ))}
        </dl>
        <h2>{t('processes.machine')}</h2>
        <dl>
          {(
            [
              [t('processes.sumLocked'), locks.vmLckBytes],
              ['Mlocked', locks.mlockedBytes],
              ['Unevictable', locks.unevictableBytes],
            ] as const
          ).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{bytes(value, answer?.hidden ? pick(answer.hidden) : t('processes.machineNotRead'))}</dd>
            </div>
          ))}
        </dl>
        {locks.notes.map((note) => (
          <p key={note.en} className={classes.note}>
            {pick(note)}
          </p>
        ))}
      </section>
    </div>
  );
}
