import type { ReactNode } from 'react';
import type { ProcessRow } from '../../../protocol/processes.ts';
import { addressOfFiles } from '../../context/address.ts';
import { useWords } from '../../context/context.ts';
import { Unknown } from '../shared/unknown.tsx';
import { Lockers } from './lockers.tsx';
import classes from './process.module.css';

/** What the world may read of a process: who it is and what it holds; and who else locks memory here. */
export function About({ row, past }: { row: ProcessRow; past: boolean }) {
  const { t, format, pick } = useWords();
  const why = row.reason ? pick(row.reason) : t('processes.notInStatus');
  const unknown = <Unknown why={why} />;
  const bytes = (value: number | null) => (value === null ? unknown : format.bytes(value));
  const count = (value: number | null) => (value === null ? unknown : format.number(value));
  const limit =
    row.lockLimitBytes === 'unlimited' ? (
      t('process.about.noLimit')
    ) : row.lockLimitBytes === null ? (
      <Unknown why={t('processes.limitsNotRead')} />
    ) : (
      format.bytes(row.lockLimitBytes)
    );
  const facts: readonly (readonly [name: string, value: ReactNode])[] = [
    [t('process.about.user'), row.user === null ? `uid ${row.uid ?? '?'}` : `${row.user} (${row.uid})`],
    ...(row.unit === null ? [] : [[t('process.about.unit'), row.unit] as const]),
    ...(row.container === null ? [] : [[t('process.about.container'), row.container] as const]),
    ...(row.startTime === null ? [] : [[t('process.about.started'), format.date(new Date(row.startTime))] as const]),
    [t('process.about.threads'), count(row.threads)],
    ['RSS', bytes(row.rssBytes)],
    [t('process.about.anon'), bytes(row.anonBytes)],
    [t('process.about.file'), bytes(row.fileBytes)],
    [t('process.about.shmem'), bytes(row.shmemBytes)],
    [t('process.about.swap'), bytes(row.swapBytes)],
    ['VmLck', bytes(row.vmLckBytes)],
    [t('process.about.limit'), limit],
    [
      t('process.about.ipcLock'),
      row.ipcLock === null ? unknown : t(row.ipcLock ? 'process.about.yes' : 'process.about.no'),
    ],
    ['VmPin', bytes(row.vmPinBytes)],
    [t('process.about.pageTables'), bytes(row.pageTableBytes)],
  ];
  return (
    <div className={classes.about}>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p>
        <a href={addressOfFiles({ openBy: row.pid })}>{t('files.openBy')}</a>
      </p>
      <h3>{t('process.lockers.title')}</h3>
      {past ? <p>{t('process.past.lockersNotKept')}</p> : <Lockers pid={row.pid} />}
    </div>
  );
}
