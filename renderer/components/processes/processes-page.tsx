import { SegmentedControl, Select, Switch, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useDeferredValue, useMemo, useRef, useState } from 'react';
import { addressOfProcesses } from '../../context/address.ts';
import { useWords } from '../../context/context.ts';
import { searchKey, useSearchKey } from '../../context/shortcuts.ts';
import { Empty } from '../shared/panel.tsx';
import { Waiting } from '../shared/waiting.tsx';
import { Locks } from './locks.tsx';
import { found, type Grouping, grouped, groupings, type Order, sorted } from './process-list.ts';
import { ProcessTable } from './process-table.tsx';
import classes from './processes.module.css';
import { type KnownProcesses, useProcesses } from './use-processes.ts';

/** All processes of the machine, or who of them locks memory: from what the world may read, once a second. */
export function ProcessesPage({ view }: { view: 'all' | 'locks' }) {
  const { t, pick } = useWords();
  const known = useProcesses();
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div>
          <h1 className={classes.title}>{t('processes.title')}</h1>
          <p className={classes.summary}>{t(view === 'all' ? 'processes.summary' : 'processes.locksSummary')}</p>
        </div>
        <SegmentedControl
          aria-label={t('processes.views')}
          value={view}
          data={[
            { value: 'all', label: t('processes.all') },
            { value: 'locks', label: t('processes.locksTitle') },
          ]}
          onChange={(chosen) => {
            location.hash = addressOfProcesses(chosen as 'all' | 'locks');
          }}
        />
      </header>
      {known.answer?.hidden && (
        <p className={classes.hidden} role="note">
          {pick(known.answer.hidden)}
        </p>
      )}
      {known.answer ? (
        view === 'all' ? (
          <All known={known} />
        ) : (
          <Locks known={known} />
        )
      ) : (
        <Waiting text={t('processes.loading')} />
      )}
      {known.answer && <Cost known={known} />}
    </div>
  );
}

function All({ known }: { known: KnownProcesses }) {
  const { t } = useWords();
  const [typed, setTyped] = useState('');
  const [order, setOrder] = useState<Order>({ by: 'rss', descending: true });
  const [by, setBy] = useState<Grouping>('none');
  const [kernel, setKernel] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  useSearchKey(search);
  // Typing goes on while many rows are looked through.
  const wanted = useDeferredValue(typed);
  const lines = useMemo(() => {
    const rows = [...known.rows.values()].filter(({ kind }) => kernel || kind === 'process' || kind === 'unknown');
    return grouped(sorted(found(rows, wanted), order), by);
  }, [known, kernel, wanted, order, by]);
  return (
    <>
      <div className={classes.tools}>
        <TextInput
          className={classes.search ?? ''}
          ref={search}
          aria-label={t('processes.search')}
          aria-keyshortcuts={searchKey}
          placeholder={t('processes.search')}
          leftSection={<IconSearch size={14} aria-hidden />}
          value={typed}
          rightSection={<kbd className={classes.key}>{searchKey}</kbd>}
          spellCheck={false}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Select
          aria-label={t('processes.group')}
          value={by}
          data={groupings.map((each) => ({ value: each, label: t(`processes.groupings.${each}`) }))}
          onChange={(chosen) => chosen && setBy(chosen as Grouping)}
        />
        <Switch
          label={t('processes.kernel')}
          checked={kernel}
          onChange={(event) => setKernel(event.currentTarget.checked)}
        />
        <span className={classes.count} role="status">
          {t('processes.count', { count: lines.filter(({ kind }) => kind === 'process').length })}
        </span>
      </div>
      {lines.length === 0 ? (
        <Empty>{t('processes.notFound')}</Empty>
      ) : (
        <ProcessTable
          lines={lines}
          order={order}
          maxMappings={known.answer?.machine.maxMappings ?? null}
          onOrder={setOrder}
        />
      )}
    </>
  );
}

/** What the last look took of us. */
function Cost({ known: { answer } }: { known: KnownProcesses }) {
  const { t, format } = useWords();
  if (!answer) return undefined;
  const time = format.duration(answer.cost.cpuNs);
  return <p className={classes.cost}>{t('processes.cost', { time })}</p>;
}
