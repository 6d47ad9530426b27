import { UnstyledButton } from '@mantine/core';
import { IconArrowNarrowDown, IconArrowNarrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef } from 'react';
import { type FileColumn, type FileRow, fileColumns } from '../../../protocol/files.ts';
import { useApp, useWords } from '../../context/context.ts';
import { shownEnvironment } from '../../store/store.ts';
import { Empty } from '../shared/panel.tsx';
import classes from './files.module.css';
import type { FileRows, TableOrder } from './use-files.ts';

interface Props {
  readonly rows: FileRows;
  readonly order: TableOrder;
  readonly chosen: number | undefined;
  readonly onOrder: (by: FileColumn, descending: boolean) => void;
  readonly onFile: (file: number) => void;
}

const rowHeight = 27;

/** The files, of which only the rows that are seen are there. */
export function FilesTable({ rows, order, chosen, onOrder, onFile }: Props) {
  const { t } = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const count = rows.matching ?? 0;
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const seen = virtualizer.getVirtualItems();
  const [first, last] = [seen[0]?.index ?? 0, seen.at(-1)?.index ?? 0];
  const { need } = rows;
  useEffect(() => need(first, last), [need, first, last]);
  if (rows.matching === 0) return <Empty>{t(order.search.trim() === '' ? 'files.empty' : 'files.notFound')}</Empty>;
  const [above, below] = [seen[0]?.start ?? 0, virtualizer.getTotalSize() - (seen.at(-1)?.end ?? 0)];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section ref={scroller} className={classes.scroller} aria-label={t('files.table')} tabIndex={0}>
      <table className={classes.table} aria-rowcount={count + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {fileColumns.map((id) => (
              <Head key={id} id={id} order={order} onOrder={onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <Gap height={above} />}
          {seen.map(({ index }) => {
            const row = rows.row(index);
            return (
              <tr
                key={index}
                aria-rowindex={index + 2}
                data-chosen={(row && row.file === chosen) || undefined}
                style={{ height: rowHeight }}
              >
                {row ? <Row row={row} onFile={onFile} /> : <td colSpan={fileColumns.length} />}
              </tr>
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
      <td colSpan={fileColumns.length} style={{ height, padding: 0 }} />
    </tr>
  );
}

function Head({ id, order, onOrder }: { id: FileColumn } & Pick<Props, 'order' | 'onOrder'>) {
  const { t } = useWords();
  const own = order.by === id;
  const Arrow = order.descending ? IconArrowNarrowDown : IconArrowNarrowUp;
  return (
    <th
      scope="col"
      data-column={id}
      aria-sort={own ? (order.descending ? 'descending' : 'ascending') : undefined}
      title={t(`files.columnHints.${id}`)}
    >
      <UnstyledButton
        className={classes.sort ?? ''}
        onClick={() => onOrder(id, own ? !order.descending : id !== 'name')}
      >
        {t(`files.columns.${id}`)}
        {own && <Arrow size={13} aria-hidden />}
      </UnstyledButton>
    </th>
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
