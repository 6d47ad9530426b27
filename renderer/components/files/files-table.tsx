import { UnstyledButton } from '@mantine/core';
import { memo } from 'react';
import { type FileColumn, type FileRow, fileColumns } from '../../../protocol/files.ts';
import { useApp, useWords } from '../../context/context.ts';
import { shownEnvironment } from '../../store/store.ts';
import { Empty } from '../shared/panel.tsx';
import { SortedTable } from '../shared/sorted-table.tsx';
import classes from './files.module.css';
import type { FileRows, TableOrder } from './use-files.ts';

interface Props {
  readonly rows: FileRows;
  readonly order: TableOrder;
  readonly chosen: number | undefined;
  readonly onOrder: (by: FileColumn, descending: boolean) => void;
  readonly onFile: (file: number) => void;
}

const allButNames = (column: FileColumn): boolean => column !== 'name';

/** The files of a look. */
export function FilesTable({ rows, order, chosen, onOrder, onFile }: Props) {
  const { t } = useWords();
  if (rows.matching === 0) return <Empty>{t(order.search.trim() === '' ? 'files.empty' : 'files.notFound')}</Empty>;
  return (
    <SortedTable
      className={classes.table}
      label={t('files.table')}
      columns={fileColumns}
      nameOf={(column) => t(`files.columns.${column}`)}
      hintOf={(column) => t(`files.columnHints.${column}`)}
      order={order}
      onOrder={onOrder}
      firstDescending={allButNames}
      count={rows.matching ?? 0}
      rowAt={(index) => {
        const row = rows.row(index);
        // The place is the key: what stands there is another file after sorting.
        return row && { key: index, chosen: row.file === chosen, cells: <Row row={row} onFile={onFile} /> };
      }}
      onSeen={rows.need}
    />
  );
}

const Row = memo(function Row({ row, onFile }: { row: FileRow; onFile: (file: number) => void }) {
  const { t, format, pick } = useWords();
  const pageSize = useApp((state) => shownEnvironment(state)?.pageSize) ?? 4096;
  const { file, name, sizeBytes, cachedBytes, dirtyPages, recentlyEvictedPages, witness, reason } = row;
  const why = reason && pick(reason);
  const bytes = (value: number | null) => (value === null ? t('files.unknown') : format.bytes(value));
  return (
    <>
      <th scope="row" data-column="name" title={name}>
        <UnstyledButton className={classes.name ?? ''} onClick={() => onFile(file)}>
          {name}
        </UnstyledButton>
      </th>
      <td data-column="size">{bytes(sizeBytes)}</td>
      <td data-column="cached">{bytes(cachedBytes)}</td>
      <td data-column="share">
        {cachedBytes === null || !sizeBytes ? (
          ''
        ) : (
          <span className={classes.share}>
            <span className={classes.bar} aria-hidden>
              <i style={{ width: `${(100 * cachedBytes) / sizeBytes}%` }} />
            </span>
            {percent(cachedBytes / sizeBytes)}
          </span>
        )}
      </td>
      <td data-column="dirty">{bytes(dirtyPages === null ? null : dirtyPages * pageSize)}</td>
      <td data-column="recentlyEvicted">
        {bytes(recentlyEvictedPages === null ? null : recentlyEvictedPages * pageSize)}
      </td>
      <td data-column="witness" title={why}>
        {why ?? witness}
      </td>
    </>
  );
});

/** Of a hundred, and 100 only where nothing is missing. */
export const percent = (share: number): string =>
  `${share > 0 && share < 0.01 ? '<1' : share < 1 ? Math.min(99, Math.round(share * 100)) : 100} %`;
