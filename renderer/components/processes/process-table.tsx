import { memo } from 'react';
import type { ProcessRow } from '../../../protocol/processes.ts';
import { addressOfLimits, addressOfProcess } from '../../context/address.ts';
import { useWords } from '../../context/context.ts';
import { SortedTable } from '../shared/sorted-table.tsx';
import { Unknown } from '../shared/unknown.tsx';
import { LockShare } from './lock-share.tsx';
import {
  type ColumnId,
  columns,
  firstDescending,
  kernelNames,
  type Line,
  type Order,
  type Total,
  userOf,
  whereOf,
} from './process-list.ts';
import classes from './processes.module.css';

interface Props {
  readonly lines: readonly Line[];
  readonly order: Order;
  /** vm.max_map_count. */
  readonly maxMappings: number | null;
  readonly onOrder: (order: Order) => void;
}

const words: ReadonlySet<ColumnId> = new Set(['name', 'user', 'where']);

/** The processes, and their groups. */
export function ProcessTable({ lines, order, maxMappings, onOrder }: Props) {
  const { t } = useWords();
  return (
    <SortedTable
      className={classes.table}
      label={t('processes.table')}
      columns={columns}
      nameOf={(id) => <ColumnName id={id} />}
      hintOf={(id) => t(`processes.columnHints.${id}`)}
      order={order}
      onOrder={(by, descending) => onOrder({ by, descending })}
      firstDescending={firstDescending}
      count={lines.length}
      rowAt={(index) => {
        const line = lines[index];
        if (line?.kind === 'process') {
          const { row } = line;
          return { key: row.pid, kind: line.kind, cells: <Process row={row} maxMappings={maxMappings} /> };
        }
        return line && { key: `group ${line.name}`, kind: line.kind, cells: <Group line={line} /> };
      }}
    />
  );
}

/** What a column is called. */
export function ColumnName({ id }: { id: ColumnId }) {
  const { t } = useWords();
  return id in kernelNames
    ? kernelNames[id as keyof typeof kernelNames]
    : t(`processes.columns.${id as Exclude<ColumnId, keyof typeof kernelNames>}`);
}

const Process = memo(function Process({ row, maxMappings }: { row: ProcessRow; maxMappings: number | null }) {
  const { t, format, pick } = useWords();
  const { kind, pid, startTicks, name, reason, mappings } = row;
  const why = reason && pick(reason);
  const notThere = why ?? t('processes.notInStatus');
  // A thread of the kernel and a zombie have none, which is known.
  const unknown = reason && kind !== 'unknown' ? '–' : <Unknown why={notThere} />;
  const bytes = (value: number | null) => (value === null ? unknown : format.bytes(value));
  const cell = (id: ColumnId, value: React.ReactNode) => (
    <td key={id} data-column={id} data-word={words.has(id) || undefined} title={why}>
      {value}
    </td>
  );
  const shownName = name ?? t('processes.unknown');
  return (
    <>
      <th scope="row" data-column="name" title={why ?? shownName}>
        {kind === 'process' ? <a href={addressOfProcess(pid, startTicks ?? undefined)}>{shownName}</a> : shownName}
      </th>
      {cell('pid', pid)}
      {cell('user', userOf(row) || unknown)}
      {cell('where', whereOf(row))}
      {cell('rss', bytes(row.rssBytes))}
      {cell('anon', bytes(row.anonBytes))}
      {cell('file', bytes(row.fileBytes))}
      {cell('shmem', bytes(row.shmemBytes))}
      {cell('swap', bytes(row.swapBytes))}
      {cell('vmLck', bytes(row.vmLckBytes))}
      {cell('limit', reason ? unknown : <Limit row={row} />)}
      {cell('pageTables', bytes(row.pageTableBytes))}
      <td
        data-column="mappings"
        title={why ?? (mappings !== null && maxMappings ? t('processes.ofMost', { most: maxMappings }) : undefined)}
      >
        {mappings !== null ? format.number(mappings) : why ? unknown : <Unknown why={t('processes.mapsNotRead')} />}
      </td>
    </>
  );
});

/** Leads to what the process may lock, and to why an mlock there fails. */
function Limit({ row }: { row: ProcessRow }) {
  const { t } = useWords();
  return (
    <a className={classes.plain} href={addressOfLimits(undefined, row)} title={t('processes.itsLimitsHint')}>
      <LockShare row={row} />
    </a>
  );
}

const totalOf: Partial<Record<ColumnId, Total>> = {
  rss: 'rssBytes',
  anon: 'anonBytes',
  file: 'fileBytes',
  shmem: 'shmemBytes',
  swap: 'swapBytes',
  vmLck: 'vmLckBytes',
};

function Group({ line }: { line: Extract<Line, { kind: 'group' }> }) {
  const { t, format } = useWords();
  return columns.map((id) => {
    if (id === 'name') {
      return (
        <th key={id} scope="rowgroup" data-column={id}>
          {line.name || t('processes.noGroup')} <small>{format.number(line.processes)}</small>
        </th>
      );
    }
    const total = totalOf[id];
    const value = total && line.totals[total];
    return (
      <td key={id} data-column={id}>
        {value === undefined ? '' : value === null ? <Unknown why={t('processes.sumUnknown')} /> : format.bytes(value)}
      </td>
    );
  });
}
