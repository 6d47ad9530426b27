import { ActionIcon, UnstyledButton } from '@mantine/core';
import { IconLockOpen } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { FileLocks } from '../../../protocol/files.ts';
import { addressOfProcesses } from '../../context/address.ts';
import { useActions, useWords } from '../../context/context.ts';
import { Empty } from '../shared/panel.tsx';
import { SideTabs } from '../shared/side-tabs.tsx';
import { lastName } from './file-name.ts';
import classes from './files.module.css';
import { useFileRows } from './use-files.ts';

interface Props {
  readonly look: number;
  readonly folder: number;
  readonly change: string;
  readonly chosen: number | undefined;
  readonly onFile: (file: number) => void;
  /** Grows when something was done. */
  readonly acted: number;
}

const listed = 40;

/** The column at the right: what is cached most, what of the large is not, and what is locked from here. */
export function FilesSide({ acted, ...props }: Props) {
  const { t } = useWords();
  return (
    <SideTabs
      label={t('files.side')}
      tabs={[
        { name: 'most', title: t('files.most'), content: <Ranked key="cached" {...props} by="cached" /> },
        { name: 'coldest', title: t('files.coldest'), content: <Ranked key="uncached" {...props} by="uncached" /> },
        { name: 'locks', title: t('files.locks.title'), content: <Locked acted={acted} /> },
      ]}
    />
  );
}

function Ranked({ look, folder, change, chosen, onFile, by }: Omit<Props, 'acted'> & { by: 'cached' | 'uncached' }) {
  const { t, format } = useWords();
  const rows = useFileRows(look, { folder, search: '', by, descending: true }, change);
  const shown = Array.from({ length: Math.min(listed, rows.matching ?? 0) }, (_, at) => rows.row(at)).filter(
    (row) => row !== undefined,
  );
  const largest = Math.max(1, ...shown.map(({ sizeBytes }) => sizeBytes ?? 0));
  if (shown.length === 0) return <Empty>{t('files.sideNone')}</Empty>;
  return (
    <section className={classes.ranked} aria-label={t(by === 'cached' ? 'files.most' : 'files.coldest')}>
      <ol>
        {shown.map(({ file, name, sizeBytes, cachedBytes }) => (
          <li key={file}>
            <UnstyledButton aria-pressed={file === chosen} title={name} onClick={() => onFile(file)}>
              <span>{lastName(name)}</span>
              <small className={classes.amount}>
                {cachedBytes === null
                  ? t('files.unknown')
                  : t('files.of', { cached: format.bytes(cachedBytes), size: format.bytes(sizeBytes ?? 0) })}
              </small>
              <span className={classes.rankBar} aria-hidden style={{ width: `${(100 * (sizeBytes ?? 0)) / largest}%` }}>
                <i style={{ width: sizeBytes ? `${(100 * (cachedBytes ?? 0)) / sizeBytes}%` : 0 }} />
              </span>
            </UnstyledButton>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What is held locked, and by which process: the kernel's count of it beside ours. */
function Locked({ acted }: { acted: number }) {
  const { t, format, pick } = useWords();
  const { files } = useActions();
  const [locks, setLocks] = useState<FileLocks>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: something was done
  useEffect(() => {
    let open = true;
    void files.locks().then((answer) => {
      if (open && answer) setLocks(answer);
    });
    return () => {
      open = false;
    };
  }, [files, acted]);
  if (!locks || locks.pid === null || locks.locks.length === 0) {
    return <p className={classes.note}>{t('files.locks.none')}</p>;
  }
  const { pid, vmLckBytes } = locks;
  const bytes = vmLckBytes === null ? t('files.unknown') : format.bytes(vmLckBytes);
  return (
    <section className={classes.ranked} aria-label={t('files.locks.title')}>
      <p className={classes.note}>
        {t('files.locks.holder', { pid, bytes })} <a href={addressOfProcesses('locks')}>{t('files.locks.inLocks')}</a>
      </p>
      <ul>
        {locks.locks.map(({ lock, name, files: count, range, bytes: own, refused }) => (
          <li key={lock} className={classes.locked}>
            <span title={name}>
              {lastName(name)}{' '}
              <small className={classes.amount}>
                {range
                  ? t('files.locks.range', {
                      first: format.number(range.firstPage),
                      last: format.number(range.firstPage + range.pageCount - 1),
                    })
                  : count > 1
                    ? t('files.count', { count })
                    : t('files.locks.all')}
                {' · '}
                {format.bytes(own)}
                {refused && ` · ${pick(refused)}`}
              </small>
            </span>
            <ActionIcon
              size={24}
              aria-label={t('files.locks.unlock', { name })}
              onClick={() => void files.unlock(lock).then((answer) => answer && setLocks(answer))}
            >
              <IconLockOpen size={15} aria-hidden />
            </ActionIcon>
          </li>
        ))}
      </ul>
    </section>
  );
}
