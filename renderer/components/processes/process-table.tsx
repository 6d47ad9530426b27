import { UnstyledButton } from '@mantine/core';
import { IconArrowNarrowDown, IconArrowNarrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useRef } from 'react';
import type { ProcessRow } from '../../../protocol/processes.ts';
import { addressOfLimits, addressOfProcess } from '../../context/address.ts';
import { useWords } from '../../context/context.ts';
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

const rowHeight = 27;
const words: ReadonlySet<ColumnId> = new Set(['name', 'user', 'where']);

/** The table, of which only the rows that are seen are there. */
export function ProcessTable({ lines, order, maxMappings, onOrder }: Props) {
  const { t } = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const seen = virtualizer.getVirtualItems();
  const [above, below] = [seen[0]?.start ?? 0, virtualizer.getTotalSize() - (seen.at(-1)?.end ?? 0)];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section ref={scroller} className={classes.scroller} aria-label={t('processes.table')} tabIndex={0}>
      <table className={classes.table} aria-rowcount={lines.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((id) => (
              <Head key={id} id={id} order={order} onOrder={onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <Gap height={above} />}
          {seen.map(({ index }) => {
            const line = lines[index];
            return (
              line && (
                <tr
                  key={line.kind === 'process' ? line.row.pid : `group ${line.name}`}
                  aria-rowindex={index + 2}
                  data-kind={line.kind}
                  style={{ height: rowHeight }}
                >
                  {line.kind === 'process' ? (
                    <Process row={line.row} maxMappings={maxMappings} />
                  ) : (
                    <Group line={line} />
                  )}
                </tr>
              )
            );
          })}
          {below > 0 && <Gap height={below} />}
        </tbody>
      </table>
    </section>
  );
}

/** In the place of rows that are not seen. */
function Gap({ height }: { height: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={columns.length} style={{ height, padding: 0 }} />
    </tr>
  );
}

/** What a column is called. */
export function ColumnName({ id }: { id: ColumnId }) {
  const { t } = useWords();
  return id in kernelNames
    ? kernelNames[id as keyof typeof kernelNames]
    : t(`processes.columns.${id as Exclude<ColumnId, keyof typeof kernelNames>}`);
}

function Head({ id, order, onOrder }: { id: ColumnId } & Pick<Props, 'order' | 'onOrder'>) {
  const { t } = useWords();
  const own = order.by === id;
  const Arrow = order.descending ? IconArrowNarrowDown : IconArrowNarrowUp;
  return (
    <th
      scope="col"
      data-column={id}
      aria-sort={own ? (order.descending ? 'descending' : 'ascending') : undefined}
      title={t(`processes.columnHints.${id}`)}
    >
      <UnstyledButton
        className={classes.sort}
        onClick={() => onOrder({ by: id, descending: own ? !order.descending : firstDescending(id) })}
      >
        <ColumnName id={id} />
        {own && <Arrow size={13} aria-hidden />}
      </UnstyledButton>
    </th>
  );
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
