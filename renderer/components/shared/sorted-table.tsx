import { UnstyledButton } from '@mantine/core';
import { IconArrowNarrowDown, IconArrowNarrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type Key, type ReactNode, useEffect, useRef } from 'react';
import classes from './sorted-table.module.css';

interface TableRow {
  readonly key: Key;
  /** For its looks: `data-kind` of the row. */
  readonly kind?: string;
  readonly chosen?: boolean;
  readonly cells: ReactNode;
}

interface Props<Column extends string> {
  /** For the looks of its columns. */
  readonly className: string | undefined;
  readonly label: string;
  readonly columns: readonly Column[];
  readonly nameOf: (column: Column) => ReactNode;
  readonly hintOf: (column: Column) => string;
  readonly order: { readonly by: string; readonly descending: boolean };
  readonly onOrder: (by: Column, descending: boolean) => void;
  /** Whether a column that is chosen first shows its largest at the top. */
  readonly firstDescending: (column: Column) => boolean;
  readonly count: number;
  /** Undefined where it is not there yet. */
  readonly rowAt: (index: number) => TableRow | undefined;
  /** Hears which rows are seen. */
  readonly onSeen?: (first: number, last: number) => void;
}

const rowHeight = 27;

/** A table that its heads sort, of which only the rows that are seen are there. Its cells name their `data-column`. */
export function SortedTable<Column extends string>(props: Props<Column>) {
  const { className, label, columns, count, rowAt, onSeen } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
  });
  const seen = virtualizer.getVirtualItems();
  const [first, last] = [seen[0]?.index ?? 0, seen.at(-1)?.index ?? 0];
  useEffect(() => onSeen?.(first, last), [onSeen, first, last]);
  const [above, below] = [seen[0]?.start ?? 0, virtualizer.getTotalSize() - (seen.at(-1)?.end ?? 0)];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section ref={scroller} className={`${classes.scroller} ${className}`} aria-label={label} tabIndex={0}>
      <table className={classes.table} aria-rowcount={count + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <Head key={column} column={column} {...props} />
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <Gap height={above} columns={columns.length} />}
          {seen.map(({ index }) => {
            const row = rowAt(index);
            return (
              <tr
                key={row?.key ?? index}
                aria-rowindex={index + 2}
                data-kind={row?.kind}
                data-chosen={row?.chosen || undefined}
                style={{ height: rowHeight }}
              >
                {row?.cells ?? <td colSpan={columns.length} />}
              </tr>
            );
          })}
          {below > 0 && <Gap height={below} columns={columns.length} />}
        </tbody>
      </table>
    </section>
  );
}

/** In the place of rows that are not seen. */
function Gap({ height, columns }: { height: number; columns: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={columns} style={{ height, padding: 0 }} />
    </tr>
  );
}

function Head<Column extends string>(props: Props<Column> & { column: Column }) {
  const { column, order, onOrder, nameOf, hintOf, firstDescending } = props;
  const own = order.by === column;
  const Arrow = order.descending ? IconArrowNarrowDown : IconArrowNarrowUp;
  return (
    <th
      scope="col"
      data-column={column}
      aria-sort={own ? (order.descending ? 'descending' : 'ascending') : undefined}
      title={hintOf(column)}
    >
      <UnstyledButton
        className={classes.sort ?? ''}
        onClick={() => onOrder(column, own ? !order.descending : firstDescending(column))}
      >
        {nameOf(column)}
        {own && <Arrow size={13} aria-hidden />}
      </UnstyledButton>
    </th>
  );
}
