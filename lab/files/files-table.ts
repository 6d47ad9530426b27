import type { FileOrder } from '../../protocol/files.ts';
import { type FileList, type NumberColumn, shown } from './file-list.ts';

export interface TableOrder {
  readonly folder: number;
  readonly search: string;
  readonly by: FileOrder;
  readonly descending: boolean;
}

/** The files below a folder that have what is searched in their path below the top, in an order. */
export function filesInOrder(list: FileList, { folder, search, by, descending }: TableOrder): Uint32Array {
  const found = matching(list, below(list, folder), search.trim().toLowerCase());
  const sign = descending ? -1 : 1;
  if (by === 'name') {
    const ranks = folderRanks(list);
    return found.sort((a, b) => {
      const [one, other] = [list.names[a] ?? '', list.names[b] ?? ''];
      const folders = (ranks[list.folderOf[a] ?? 0] ?? 0) - (ranks[list.folderOf[b] ?? 0] ?? 0);
      return sign * (folders || (one < other ? -1 : Number(one > other))) || a - b;
    });
  }
  const value = values(list, by);
  // Unknown comes last in either direction.
  return found.sort((a, b) => {
    const [one, other] = [value(a), value(b)];
    if (one === null || other === null) return Number(one === null) - Number(other === null) || a - b;
    return sign * (one - other) || a - b;
  });
}

function values(list: FileList, by: Exclude<FileOrder, 'name'>): (file: number) => number | null {
  if (by === 'share') {
    return (file) => {
      const [size, cached] = [list.number(file, 'size'), list.cachedBytes(file)];
      return size === null || cached === null ? null : size === 0 ? 0 : cached / size;
    };
  }
  if (by === 'uncached') {
    return (file) => {
      const [size, cached] = [list.number(file, 'size'), list.cachedBytes(file)];
      return size === null || cached === null ? null : size - cached;
    };
  }
  if (by === 'cached') return (file) => list.cachedBytes(file);
  if (by === 'witness') {
    const rank = { cachestat: 2, mincore: 1 } as const;
    return (file) => {
      const { witness } = list.told(file);
      return witness && rank[witness];
    };
  }
  const column: NumberColumn = by;
  return (file) => list.number(file, column);
}

/** Whether a folder is the one that is meant, or in it. */
function below(list: FileList, folder: number): (at: number) => boolean {
  if (folder === 0) return () => true;
  const inside = new Uint8Array(list.parents.length);
  inside[folder] = 1;
  for (let at = folder + 1; at < inside.length; at++) inside[at] = inside[list.parents[at] ?? 0] ?? 0;
  return (at) => inside[at] === 1;
}

function matching(list: FileList, inside: (folder: number) => boolean, wanted: string): Uint32Array {
  const found = new Uint32Array(list.length);
  let count = 0;
  const lower = (name: string) => shown(name).toLowerCase();
  const paths = wanted === '' ? [] : list.parents.map((_, folder) => lower(list.folderPath(folder)));
  const spans = wanted.includes('/');
  for (let file = 0; file < list.length; file++) {
    const folder = list.folderOf[file] ?? 0;
    if (!inside(folder)) continue;
    if (wanted !== '') {
      const [path = '', name] = [paths[folder], lower(list.names[file] ?? '')];
      if (spans ? !`${path}/${name}`.includes(wanted) : !name.includes(wanted) && !path.includes(wanted)) continue;
    }
    found[count++] = file;
  }
  return found.subarray(0, count);
}

/** The place of each folder in the order of their paths. */
function folderRanks(list: FileList): Uint32Array {
  const paths = list.parents.map((_, folder) => list.folderPath(folder));
  const order = paths.map((_, folder) => folder);
  order.sort((a, b) => ((paths[a] ?? '') < (paths[b] ?? '') ? -1 : 1));
  const ranks = new Uint32Array(order.length);
  order.forEach((folder, rank) => {
    ranks[folder] = rank;
  });
  return ranks;
}
