import { useCallback, useState } from 'react';
import { type FilePages, mostCells } from '../../../protocol/files.ts';
import type { PageRange } from '../../../protocol/operation.ts';
import { useActions } from '../../context/context.ts';
import { bytesOf, type CellBytes } from './strip-layout.ts';
import { usePolling } from './use-files.ts';

const everyMs = 1000;

/** A file's pages as of the last second. */
export interface KnownPages {
  readonly pages: FilePages;
  /** Undefined where nobody tells of them. */
  readonly bytes: CellBytes | undefined;
}

/**
 * Asks once a second for the pages of a file, of which those come that moved.
 *
 * @param cells at most so many; 0 while it is not known how many find room
 */
export function useFilePages(
  look: number,
  file: number,
  range: PageRange | undefined,
  cells: number,
): { readonly known: KnownPages | undefined; readonly renew: () => void } {
  const { files } = useActions();
  const most = Math.min(mostCells, cells);
  const key = JSON.stringify([look, file, range, most]);
  const [known, setKnown] = useState<KnownPages & { key: string }>();
  const [renewed, setRenewed] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was done to a file is seen at once
  const ask = useCallback(
    (() => {
      let since = 0;
      return async () => {
        if (most === 0) return undefined;
        const pages = await files.pages({ file, cells: most, since, ...(range && { range }) });
        if (!pages) return undefined;
        since = pages.sequence;
        setKnown((before) => {
          if (pages.cached !== null) {
            const dirty = pages.dirty === null ? undefined : bytesOf(pages.dirty);
            return { key, pages, bytes: { cached: bytesOf(pages.cached), dirty } };
          }
          const same = before?.key === key && before.pages.sequence === pages.sequence;
          return { key, pages, bytes: same ? before.bytes : undefined };
        });
        return Math.max(everyMs, pages.nextMs);
      };
    })(),
    [files, key, most, renewed],
  );
  usePolling(ask);
  return { known: known?.key === key ? known : undefined, renew: () => setRenewed((count) => count + 1) };
}
