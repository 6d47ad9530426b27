import { useElementSize } from '@mantine/hooks';
import { type KeyboardEvent, memo, useMemo, useRef, useState } from 'react';
import type { FilesMap, MapNode, Weight } from '../../../protocol/files.ts';
import { useWords } from '../../context/context.ts';
import classes from './files.module.css';
import { type MapCell, mapCells } from './map-cells.ts';

interface Props {
  readonly map: FilesMap;
  readonly by: Weight;
  readonly chosen: number | undefined;
  readonly onFile: (file: number) => void;
  readonly onFolder: (folder: number) => void;
  /** The smaller files of a folder, which only a table has room for. */
  readonly onRest: (folder: number) => void;
}

const named = { width: 52, height: 20 };
/** A heading has the amount beside the name from this width on. */
const headedFrom = 190;
const counted = { width: 84, height: 40 };

/** Files as rectangles by size, blue as far as they are cached; arrow keys go from one to the next. */
export const FilesTreemap = memo(function FilesTreemap({ map, by, chosen, onFile, onFolder, onRest }: Props) {
  const { t, format } = useWords();
  const { ref, width, height } = useElementSize();
  const cells = useMemo(() => mapCells(map.root, width, height, by), [map, width, height, by]);
  const [reached, setReached] = useState<string>();
  const list = useRef<HTMLUListElement>(null);
  const current = cells.some(({ key }) => key === reached) ? reached : cells[0]?.key;
  const choose = ({ kind, id }: MapNode): void => {
    if (kind === 'file') onFile(id);
    else if (kind === 'folder') onFolder(id);
    else onRest(id);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const at = cells.findIndex(({ key }) => key === current);
    const next = event.key === 'Home' ? 0 : event.key === 'End' ? cells.length - 1 : move && at + move;
    const cell = next === undefined ? undefined : cells[next];
    if (!cell) return;
    event.preventDefault();
    setReached(cell.key);
    list.current?.querySelectorAll('button')[next ?? 0]?.focus();
  };
  const { cachedBytes, sizeBytes } = map.root;
  const label = t('files.mapLabel', { cached: format.bytes(cachedBytes ?? 0), size: format.bytes(sizeBytes) });
  return (
    <div ref={ref} className={classes.map}>
      <ul ref={list} aria-label={label} onKeyDown={onKeyDown}>
        {cells.map((cell) => (
          <li
            key={cell.key}
            style={{ left: cell.rect.x, top: cell.rect.y, width: cell.rect.width, height: cell.rect.height }}
          >
            <Cell
              cell={cell}
              chosen={cell.node.kind === 'file' && cell.node.id === chosen}
              current={cell.key === current}
              onChoose={() => {
                setReached(cell.key);
                choose(cell.node);
              }}
            />
          </li>
        ))}
      </ul>
    </div>
  );
});

interface CellProps {
  readonly cell: MapCell;
  readonly chosen: boolean;
  readonly current: boolean;
  readonly onChoose: () => void;
}

function Cell({ cell: { node, rect, heading }, chosen, current, onChoose }: CellProps) {
  const { t, format } = useWords();
  const { kind, sizeBytes, cachedBytes, unknownBytes } = node;
  const name = kind === 'rest' ? t('files.rest', { count: node.files }) : node.name;
  const size = format.bytes(sizeBytes);
  const amount = cachedBytes === null ? t('files.unknown') : t('files.of', { cached: format.bytes(cachedBytes), size });
  const label =
    cachedBytes === null
      ? t('files.nodeUnknown', { name, size })
      : t('files.node', { name, size, cached: format.bytes(cachedBytes) });
  const hasName = heading || (rect.width >= named.width && rect.height >= named.height);
  const hasAmount = heading ? rect.width >= headedFrom : rect.width >= counted.width && rect.height >= counted.height;
  return (
    <button
      type="button"
      className={classes.cell}
      data-kind={heading ? 'heading' : kind}
      data-unknown={cachedBytes === null || undefined}
      aria-pressed={kind === 'file' ? chosen : undefined}
      tabIndex={current ? 0 : -1}
      title={label}
      onClick={onChoose}
    >
      {!heading && sizeBytes > 0 && (
        <>
          <i style={{ height: `${(100 * (cachedBytes ?? 0)) / sizeBytes}%` }} />
          {unknownBytes > 0 && <em style={{ height: `${(100 * unknownBytes) / sizeBytes}%` }} />}
        </>
      )}
      <span className={hasName ? undefined : 'visually-hidden'}>{name}</span>
      <small className={hasAmount ? undefined : 'visually-hidden'}>
        {amount} <span className="visually-hidden">{t('files.legend.cached')}</span>
      </small>
    </button>
  );
}
