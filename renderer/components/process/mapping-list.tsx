import { TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  memo,
  useCallback,
  useDeferredValue,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { TargetMapping } from '../../../protocol/process-look.ts';
import { useWords } from '../../context/context.ts';
import { searchKey, useSearchKey } from '../../context/shortcuts.ts';
import { Unknown } from '../shared/unknown.tsx';
import { groupMappings, lastPart, type MappingRow, mappingRows } from './mapping-rows.ts';
import classes from './mappings.module.css';
import { StateBar } from './state-bar.tsx';
import { heldPages } from './state-shares.ts';

const rowHeights = { group: 44, mapping: 24 } as const;
/** How far Page Up and Page Down go. */
const pageRows = 12;

interface Props {
  readonly mappings: readonly TargetMapping[];
  readonly pageSize: number;
  /** Why of some it is unknown what is there. */
  readonly why: string | undefined;
  /** Where those begin that are shown as pages. */
  readonly opened: ReadonlySet<string>;
  /** Shows one as pages, or no longer. */
  readonly onOpen: (mapping: TargetMapping) => void;
}

/** All mappings, grouped by what they are of; a group opens, and a mapping becomes a grid of pages. */
export const MappingList = memo(function MappingList({ mappings, pageSize, why, opened, onOpen }: Props) {
  const { t } = useWords();
  const [search, setSearch] = useState('');
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const [cursor, setCursor] = useState(0);
  // Typing goes on while many thousand mappings are looked through.
  const wanted = useDeferredValue(search);
  const newest = useDeferredValue(mappings);
  const grouped = useMemo(() => groupMappings(newest), [newest]);
  const rows = useMemo(
    () => mappingRows(grouped, expanded, wanted, (kind) => t(`process.kind.${kind}`)),
    [grouped, expanded, wanted, t],
  );
  const most = useMemo(() => Math.max(1, ...grouped.groups.map(({ group }) => heldPages(group))), [grouped]);
  const scroller = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useSearchKey(field);
  const id = useId();
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => rowHeights[rows[at]?.kind ?? 'group'],
    getItemKey: (at) => rows[at]?.key ?? at,
    overscan: 12,
  });
  // Rows of other heights are in the places of those before.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are what is measured
  useEffect(() => virtualizer.measure(), [rows, virtualizer]);
  const at = Math.min(cursor, rows.length - 1);

  const expand = (key: string, open: boolean): void =>
    setExpanded((known) => (open ? new Set(known).add(key) : new Set([...known].filter((each) => each !== key))));
  const act = (row: MappingRow): void => {
    const own = row.kind === 'mapping' ? [row] : (grouped.members.get(row.key) ?? []);
    const [only] = own;
    if (own.length === 1 && only) onOpen(only.mapping);
    else expand(row.key, row.kind === 'group' && !row.open);
  };
  const latest = useRef(act);
  latest.current = act;
  const choose = useCallback((place: number, row: MappingRow) => {
    setCursor(place);
    latest.current(row);
    scroller.current?.focus({ preventScroll: true });
  }, []);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[at];
    const target = placeAfter(event.key, at, rows);
    if (target !== undefined) {
      setCursor(target);
      virtualizer.scrollToIndex(target);
    } else if ((event.key === 'Enter' || event.key === ' ') && row) act(row);
    else if (event.key === 'ArrowRight' && row?.kind === 'group' && !row.open) expand(row.key, true);
    else if (event.key === 'ArrowLeft' && row?.kind === 'group' && row.open) expand(row.key, false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className={classes.list}>
      <div className={classes.search}>
        <TextInput
          size="xs"
          type="search"
          ref={field}
          aria-keyshortcuts={searchKey}
          aria-label={t('process.mappings.search')}
          placeholder={t('process.mappings.search')}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      </div>
      {rows.length === 0 ? (
        <p className={classes.empty}>{t(search === '' ? 'process.mappings.none' : 'process.mappings.notFound')}</p>
      ) : (
        <div
          ref={scroller}
          className={classes.scroller}
          role="tree"
          tabIndex={0}
          aria-label={t('process.mappings.label')}
          aria-multiselectable
          aria-activedescendant={`${id}-${at}`}
          onKeyDown={onKeyDown}
        >
          <div className={classes.all} style={{ height: virtualizer.getTotalSize() }} role="presentation">
            {virtualizer.getVirtualItems().map(({ index, start, key }) => {
              const row = rows[index];
              return (
                row && (
                  <Row
                    key={key}
                    id={`${id}-${index}`}
                    row={row}
                    place={index}
                    top={start}
                    most={most}
                    pageSize={pageSize}
                    why={why}
                    cursor={index === at}
                    opened={
                      row.kind === 'mapping'
                        ? opened.has(row.mapping.start)
                        : row.group.mappings === 1 &&
                          (grouped.members.get(row.key) ?? []).some(({ key: at }) => opened.has(at))
                    }
                    onChoose={choose}
                  />
                )
              );
            })}
          </div>
        </div>
      )}
    </div>
  );
});

interface RowProps {
  readonly id: string;
  readonly row: MappingRow;
  readonly place: number;
  readonly top: number;
  readonly most: number;
  readonly pageSize: number;
  readonly why: string | undefined;
  readonly cursor: boolean;
  readonly opened: boolean;
  readonly onChoose: (place: number, row: MappingRow) => void;
}

const Row = memo(function Row({ id, row, place, top, most, pageSize, why, cursor, opened, onChoose }: RowProps) {
  const { t, format } = useWords();
  const of = row.kind === 'group' ? row.group : row.mapping;
  const several = row.kind === 'group' && row.group.mappings > 1;
  const known = of.residentPages === null ? undefined : heldPages(of) * pageSize;
  const size = format.bytes(of.pages * pageSize);
  const name = of.name === '' ? t(`process.kind.${of.kind}`) : lastPart(of.name);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
    <div
      id={id}
      role="treeitem"
      tabIndex={-1}
      className={classes.row}
      data-kind={row.kind}
      data-cursor={cursor || undefined}
      aria-level={row.kind === 'group' ? 1 : 2}
      aria-expanded={several ? row.open : undefined}
      aria-selected={opened}
      style={{ height: rowHeights[row.kind], transform: `translateY(${top}px)` }}
      title={of.name === '' ? undefined : of.name}
      onClick={() => onChoose(place, row)}
    >
      {row.kind === 'group' ? (
        <span className={classes.name}>
          <b>{name}</b>
          {several && <small>× {format.number(row.group.mappings)}</small>}
          {of.name !== '' && of.kind !== 'file' && <small>{t(`process.kind.${of.kind}`)}</small>}
        </span>
      ) : (
        <span className={classes.address}>
          {row.mapping.start.replace(/^0x/, '')} {row.mapping.protection}
        </span>
      )}
      <span className={classes.amount}>
        <b>{known === undefined ? <Unknown why={why} /> : format.bytes(known)}</b> {t('process.of', { size })}
      </span>
      {row.kind === 'group' && (
        <span className={classes.line}>
          <StateBar of={of} most={most} />
          {several &&
            (row.open ? <IconChevronDown size={13} aria-hidden /> : <IconChevronRight size={13} aria-hidden />)}
        </span>
      )}
    </div>
  );
});

/** Where a key takes the cursor; undefined for other keys. */
function placeAfter(key: string, from: number, rows: readonly MappingRow[]): number | undefined {
  const last = rows.length - 1;
  const within = (place: number): number => Math.min(last, Math.max(0, place));
  const row = rows[from];
  if (key === 'ArrowDown') return within(from + 1);
  if (key === 'ArrowUp') return within(from - 1);
  if (key === 'PageDown') return within(from + pageRows);
  if (key === 'PageUp') return within(from - pageRows);
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  if (key === 'ArrowRight' && row?.kind === 'group' && row.open) return within(from + 1);
  if (key !== 'ArrowLeft' || row?.kind !== 'mapping') return undefined;
  for (let place = from; place >= 0; place--) if (rows[place]?.kind === 'group') return place;
  return undefined;
}
