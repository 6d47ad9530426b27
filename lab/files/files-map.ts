import type { MapNode, Weight } from '../../protocol/files.ts';
import { type FileList, shown } from './file-list.ts';

/** What is smaller than this share of the whole is no rectangle of its own, but part of `rest`. */
const leastShare = 1 / 2500;
/** A folder that has less than this is one rectangle. */
const leastOpened = 1 / 150;
/** Rectangles, more or less. */
const mostNodes = 700;
/** Of one folder. */
const mostChildren = 60;

/** Sums of folders with all that is in them, by folder. */
interface Sums {
  readonly files: Float64Array;
  readonly size: Float64Array;
  readonly cached: Float64Array;
  readonly unknownFiles: Float64Array;
  readonly unknownBytes: Float64Array;
}

/** The map of a folder: its largest folders and files, what is in those, and the rest of each together. */
export function filesMap(list: FileList, top: number, by: Weight): MapNode {
  const sums = sumsOf(list);
  const folders = linked(list.parents);
  const files = linked(list.folderOf);
  const of = by === 'size' ? sums.size : sums.cached;
  const weightOf = (folder: number) => of[folder] ?? 0;
  const fileWeight = (file: number) => (by === 'size' ? list.number(file, 'size') : list.cachedBytes(file)) ?? 0;
  const whole = Math.max(1, weightOf(top));
  const root: Open = { ...folderNode(list, sums, top), children: undefined };
  const waiting: Open[] = [root];
  let nodes = 1;
  // The largest first, so that there are rectangles where there is room for them.
  while (nodes < mostNodes) {
    const open = takeLargest(waiting, ({ id }) => weightOf(id));
    if (!open || (open !== root && weightOf(open.id) < whole * leastOpened)) break;
    const children: { readonly weight: number; readonly folder?: number; readonly file?: number }[] = [];
    for (const folder of folders(open.id)) children.push({ weight: weightOf(folder), folder });
    for (const file of files(open.id)) {
      // Of very many files only those are sorted that can be shown.
      const weight = fileWeight(file);
      if (weight >= whole * leastShare) children.push({ weight, file });
    }
    children.sort((a, b) => b.weight - a.weight);
    const shownChildren = children.filter(({ weight }) => weight > 0 && weight >= whole * leastShare);
    const made = shownChildren.slice(0, mostChildren).map(({ folder, file }): Open => {
      if (file !== undefined) return fileNode(list, file);
      const [end, name] = chain(list, folders, files, folder ?? 0);
      const node: Open = { ...folderNode(list, sums, end), name };
      waiting.push(node);
      return node;
    });
    const rest = restOf(open, made);
    open.children = rest.files > 0 ? [...made, rest] : made;
    nodes += open.children.length;
  }
  return root;
}

type Open = { -readonly [K in keyof MapNode]: MapNode[K] };

/** A folder that holds one folder and nothing else is shown as that one: `a/b`. */
function chain(
  list: FileList,
  folders: (of: number) => Iterable<number>,
  files: (of: number) => Iterable<number>,
  folder: number,
): [number, string] {
  let [at, name] = [folder, list.folderNames[folder] ?? ''];
  for (;;) {
    const inside = [...firstTwo(folders(at))];
    if (inside.length !== 1 || [...firstTwo(files(at))].length > 0) return [at, shown(name)];
    at = inside[0] ?? at;
    name = `${name}/${list.folderNames[at] ?? ''}`;
  }
}

function* firstTwo(all: Iterable<number>): Generator<number> {
  let count = 0;
  for (const each of all) {
    yield each;
    if (++count === 2) return;
  }
}

function folderNode(list: FileList, sums: Sums, folder: number): MapNode {
  const [files, unknown] = [sums.files[folder] ?? 0, sums.unknownFiles[folder] ?? 0];
  return {
    kind: 'folder',
    id: folder,
    name: shown(list.folderNames[folder] ?? ''),
    files,
    sizeBytes: sums.size[folder] ?? 0,
    cachedBytes: files > 0 && unknown === files ? null : (sums.cached[folder] ?? 0),
    unknownBytes: sums.unknownBytes[folder] ?? 0,
  };
}

function fileNode(list: FileList, file: number): MapNode {
  const sizeBytes = list.number(file, 'size') ?? 0;
  const cachedBytes = list.cachedBytes(file);
  const unknownBytes = cachedBytes === null ? sizeBytes : 0;
  return {
    kind: 'file',
    id: file,
    name: shown(list.names[file] ?? ''),
    files: 1,
    sizeBytes,
    cachedBytes,
    unknownBytes,
  };
}

function restOf(folder: MapNode, shown: readonly MapNode[]): MapNode {
  const left = (of: (node: MapNode) => number) => shown.reduce((sum, node) => sum - of(node), of(folder));
  const files = left((node) => node.files);
  const sizeBytes = Math.max(
    0,
    left((node) => node.sizeBytes),
  );
  const unknownBytes = Math.max(
    0,
    left((node) => node.unknownBytes),
  );
  const cachedBytes = Math.max(
    0,
    left((node) => node.cachedBytes ?? 0),
  );
  const unknown = folder.cachedBytes === null || (unknownBytes === sizeBytes && sizeBytes > 0);
  const rest = { kind: 'rest', id: folder.id, name: '', files, sizeBytes, unknownBytes } as const;
  return { ...rest, cachedBytes: unknown ? null : cachedBytes };
}

function takeLargest<T>(waiting: T[], weight: (each: T) => number): T | undefined {
  let largest = 0;
  for (let at = 1; at < waiting.length; at++) {
    if (weight(waiting[at] as T) > weight(waiting[largest] as T)) largest = at;
  }
  return waiting.splice(largest, 1)[0];
}

/** Maps are made again and again while a walk lasts: what they sum in is kept. */
let kept = { of: 0, sums: [0, 0, 0, 0, 0].map(() => new Float64Array(0)) };

function scratch(length: number): [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array] {
  if (kept.of < length) kept = { of: 2 * length, sums: kept.sums.map(() => new Float64Array(2 * length)) };
  return kept.sums.map((sum) => sum.subarray(0, length).fill(0)) as ReturnType<typeof scratch>;
}

function sumsOf(list: FileList): Sums {
  const folders = list.parents.length;
  const [files, size, cached, unknownFiles, unknownBytes] = scratch(folders);
  const add = (to: Float64Array, at: number, value: number) => {
    to[at] = (to[at] ?? 0) + value;
  };
  for (let file = 0; file < list.length; file++) {
    const folder = list.folderOf[file] ?? 0;
    const [bytes, inCache] = [list.number(file, 'size') ?? 0, list.cachedBytes(file)];
    add(files, folder, 1);
    add(size, folder, bytes);
    if (inCache !== null) add(cached, folder, inCache);
    else {
      add(unknownFiles, folder, 1);
      add(unknownBytes, folder, bytes);
    }
  }
  for (let folder = folders - 1; folder > 0; folder--) {
    const above = list.parents[folder] ?? 0;
    for (const sum of [files, size, cached, unknownFiles, unknownBytes]) add(sum, above, sum[folder] ?? 0);
  }
  return { files, size, cached, unknownFiles, unknownBytes };
}

/** What belongs to each, given what each belongs to. */
function linked(of: readonly number[]): (owner: number) => Generator<number> {
  const first: number[] = [];
  const next = new Int32Array(of.length);
  for (let at = of.length - 1; at >= 0; at--) {
    const owner = of[at] ?? -1;
    if (owner < 0) continue;
    next[at] = first[owner] ?? -1;
    first[owner] = at;
  }
  return function* (owner) {
    for (let at = first[owner] ?? -1; at >= 0; at = next[at] ?? -1) yield at;
  };
}
