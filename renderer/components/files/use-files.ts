import { useCallback, useEffect, useRef, useState } from 'react';
import {
  type FileColumn,
  type FileRow,
  type FilesMap,
  type FilesProgress,
  mostRows,
  type Weight,
} from '../../../protocol/files.ts';
import { useActions } from '../../context/context.ts';

const walkingMs = 150;
const restingMs = 2000;
/** While a walk lasts, maps and tables are made anew so often. */
const renewMs = 500;

/** Asks again and again, but not while the window is hidden, until the caller goes. `ask` answers when to ask next. */
export function usePolling(ask: () => Promise<number | undefined>): void {
  useEffect(() => {
    let [open, asking, timer] = [true, false, 0];
    const again = async (): Promise<void> => {
      window.clearTimeout(timer);
      if (document.hidden || asking) return;
      asking = true;
      const nextMs = await ask();
      asking = false;
      if (open && nextMs !== undefined) timer = window.setTimeout(again, nextMs);
    };
    const onVisible = (): void => void again();
    document.addEventListener('visibilitychange', onVisible);
    void again();
    return () => {
      open = false;
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [ask]);
}

/** How far a look is. @param look its number; undefined while there is none */
export function useFilesProgress(look: number | undefined): FilesProgress | undefined {
  const { files } = useActions();
  const [progress, setProgress] = useState<{ look: number; of: FilesProgress }>();
  const ask = useCallback(async () => {
    if (look === undefined) return undefined;
    const of = await files.progress();
    if (!of) return undefined;
    setProgress((before) => (before?.look === look && isSame(before.of, of) ? before : { look, of }));
    return of.state === 'walking' ? walkingMs : restingMs;
  }, [files, look]);
  usePolling(ask);
  return progress?.look === look ? progress?.of : undefined;
}

const isSame = (a: FilesProgress, b: FilesProgress): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Changes when what is shown of a look is to be asked for anew. */
export const changeOf = ({ state, sequence, elapsedNs }: FilesProgress): string =>
  state === 'walking' ? `${Math.floor(elapsedNs / 1e6 / renewMs)}` : `${state} ${sequence}`;

/** The map of a folder; the one before stays until the next has come. */
export function useFilesMap(look: number, folder: number, by: Weight, change: string): FilesMap | undefined {
  const { files } = useActions();
  const [map, setMap] = useState<FilesMap>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what changed is asked for anew
  useEffect(() => {
    let open = true;
    void files.map(folder, by).then((answer) => {
      if (open && answer) setMap(answer);
    });
    return () => {
      open = false;
    };
  }, [files, look, folder, by, change]);
  return map;
}

export interface TableOrder {
  readonly folder: number;
  readonly search: string;
  readonly by: FileColumn | 'uncached';
  readonly descending: boolean;
}

/** Rows of a table that is longer than what is asked for at once. */
export interface FileRows {
  /** Undefined until the first answer. */
  readonly matching: number | undefined;
  row(index: number): FileRow | undefined;
  /** Asks for rows that are seen and not there yet. */
  need(first: number, last: number): void;
}

const pieceRows = 100;

/** The files of a look in an order, asked for in pieces as they are seen. */
export function useFileRows(look: number, order: TableOrder, change: string): FileRows {
  const { files } = useActions();
  const { folder, search, by, descending } = order;
  const key = JSON.stringify([look, folder, search, by, descending]);
  const [known, setKnown] = useState<{
    key: string;
    matching: number;
    pieces: ReadonlyMap<number, readonly FileRow[]>;
  }>();
  const asked = useRef(new Set<number>());
  const seen = useRef<readonly [number, number]>([0, pieceRows - 1]);
  const shown = known?.key === key ? known : undefined;
  const load = useCallback(
    async (from: number, count: number, fresh: Set<number>): Promise<void> => {
      const first = from * pieceRows;
      const request = { folder, search, by, descending, first, count: Math.min(mostRows, count * pieceRows) };
      const answer = await files.table(request);
      if (!answer || asked.current !== fresh) return;
      setKnown((before) => {
        const pieces = new Map(before?.key === key ? before.pieces : []);
        for (let piece = 0; piece < count; piece++) {
          pieces.set(from + piece, answer.rows.slice(piece * pieceRows, (piece + 1) * pieceRows));
        }
        return { key, matching: answer.matching, pieces };
      });
    },
    [files, folder, search, by, descending, key],
  );
  const need = useCallback(
    (first: number, last: number): void => {
      seen.current = [first, last];
      const [from, to] = [Math.floor(first / pieceRows), Math.floor(last / pieceRows)];
      for (let piece = from; piece <= to; piece++) {
        if (asked.current.has(piece)) continue;
        asked.current.add(piece);
        void load(piece, 1, asked.current);
      }
    },
    [load],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: what changed is asked for anew, where one looks
  useEffect(() => {
    asked.current = new Set();
    need(...seen.current);
  }, [need, change]);
  return {
    matching: shown?.matching,
    row: (index) => shown?.pieces.get(Math.floor(index / pieceRows))?.[index % pieceRows],
    need,
  };
}
