/** Files, and what the page cache holds of them: of a folder's tree, or of what a process has open. */
import { z } from 'zod';
import { pageRangeSchema } from './operation.ts';
import { textSchema } from './text.ts';

const look = z.int().positive();
/** The number of a file in a look. */
const file = z.int().nonnegative();
/** The number of a folder in a look; 0 is its top. */
const folder = z.int().nonnegative();
const bytes = z.int().nonnegative().nullable();
const pages = z.int().nonnegative().nullable();

/** Files that a look keeps by name; of more, only sums are kept. */
export const mostListedFiles = 1_000_000;
/** Cells in which the pages of one file are told at a time. */
export const mostCells = 1 << 16;
/** Rows of the table in one answer. */
export const mostRows = 500;

/** A file; what is null is not known, and `reason` says why where nothing is. */
export const fileRowSchema = z.object({
  file,
  /** From the top of the look; bytes that are not UTF-8 as `\xff`. */
  name: z.string(),
  sizeBytes: bytes,
  pages,
  cachedPages: pages,
  /** Of the file, so at most its size. */
  cachedBytes: bytes,
  dirtyPages: pages,
  writebackPages: pages,
  /** Were in the page cache so lately that reading them again would mean that memory is short. */
  recentlyEvictedPages: pages,
  witness: z.enum(['cachestat', 'mincore']).nullable(),
  reason: textSchema.optional(),
});
export type FileRow = z.infer<typeof fileRowSchema>;

/** A folder to look at, from the root or `~`, or a process whose open and mapped files are meant. */
export const lookAtFilesRequestSchema = z
  .object({ path: z.string().min(1).max(4096).optional(), openBy: z.int().positive().optional() })
  .refine(({ path, openBy }) => (path === undefined) !== (openBy === undefined), 'either a path or a pid');

export const lookAtFilesSchema = z.object({
  look,
  /** The path from the root; empty where it is about a process. */
  top: z.string(),
  /** What could not be asked of the process. */
  reasons: z.array(textSchema),
});

export const filesProgressSchema = z.object({
  state: z.enum(['walking', 'done', 'stopped']),
  files: z.int().nonnegative(),
  folders: z.int().nonnegative(),
  /** Files that were summed up and not listed. */
  unlistedFiles: z.int().nonnegative(),
  /** The folder that is read now. */
  at: z.string().nullable(),
  elapsedNs: z.number().nonnegative(),
  pageSize: z.int().positive(),
  /** Of what is known: the files that nobody told of are counted beside it. */
  sum: z.object({
    sizeBytes: z.number().nonnegative(),
    cachedBytes: z.number().nonnegative(),
    /** Of the files that cachestat told of; null where it told of none. */
    dirtyBytes: z.number().nonnegative().nullable(),
    unknownFiles: z.int().nonnegative(),
    unknownBytes: z.number().nonnegative(),
  }),
  witnesses: z.object({ cachestat: z.int().nonnegative(), mincore: z.int().nonnegative() }),
  /** Why nothing is known of some, the most frequent first. */
  reasons: z.array(z.object({ text: textSchema, files: z.int().positive() })),
  /** The machine's page cache by /proc/meminfo. */
  memory: z
    .object({
      /** `Cached`: pages of files, those of tmpfs and shared memory with them. */
      cachedBytes: z.int().nonnegative(),
      shmemBytes: z.int().nonnegative(),
      /** Pages of block devices. */
      buffersBytes: z.int().nonnegative(),
      dirtyBytes: z.int().nonnegative(),
    })
    .nullable(),
  /** Grows with every change. */
  sequence: z.int().nonnegative(),
});
export type FilesProgress = z.infer<typeof filesProgressSchema>;

export const weights = ['size', 'cached'] as const;
export type Weight = (typeof weights)[number];

/** A rectangle of the map. `rest` are the smaller files and folders of one folder, together. */
export interface MapNode {
  readonly kind: 'folder' | 'file' | 'rest';
  /** The number of the folder or file; of `rest` that of the folder that it is of. */
  readonly id: number;
  /** Of a folder without anything beside it, with those above it: `a/b`. Of `rest` empty. */
  readonly name: string;
  readonly files: number;
  readonly sizeBytes: number;
  /** Null where nobody told of any of it. */
  readonly cachedBytes: number | null;
  /** The size of the files that nobody told of. */
  readonly unknownBytes: number;
  readonly children?: readonly MapNode[] | undefined;
}

export const mapNodeSchema: z.ZodType<MapNode> = z.lazy(() =>
  z.object({
    kind: z.enum(['folder', 'file', 'rest']),
    id: z.int().nonnegative(),
    name: z.string(),
    files: z.int().nonnegative(),
    sizeBytes: z.number().nonnegative(),
    cachedBytes: z.number().nonnegative().nullable(),
    unknownBytes: z.number().nonnegative(),
    children: z.array(mapNodeSchema).optional(),
  }),
);

export const filesMapRequestSchema = z.object({ look, folder: folder.default(0), by: z.enum(weights).default('size') });

export const filesMapSchema = z.object({
  sequence: z.int().nonnegative(),
  root: mapNodeSchema,
  /** The folders above it, the top first, without it. */
  above: z.array(z.object({ folder, name: z.string() })),
});
export type FilesMap = z.infer<typeof filesMapSchema>;

export const fileColumns = ['name', 'size', 'cached', 'share', 'dirty', 'recentlyEvicted', 'witness'] as const;
export type FileColumn = (typeof fileColumns)[number];
/** What files can be put in order by: `uncached` are the bytes that are not cached. */
export const fileOrders = [...fileColumns, 'uncached'] as const;
export type FileOrder = (typeof fileOrders)[number];

export const filesTableRequestSchema = z.object({
  look,
  folder: folder.default(0),
  /** Part of a name; letters of either case are alike. */
  search: z.string().max(256).default(''),
  by: z.enum(fileOrders).default('cached'),
  descending: z.boolean().default(true),
  first: z.int().nonnegative().default(0),
  count: z.int().min(1).max(mostRows).default(100),
});

export const filesTableSchema = z.object({
  sequence: z.int().nonnegative(),
  /** Files that match, of which `rows` are some. */
  matching: z.int().nonnegative(),
  rows: z.array(fileRowSchema),
});
export type FilesTable = z.infer<typeof filesTableSchema>;

export const filePagesRequestSchema = z.object({
  look,
  file,
  /** Without it, all pages. */
  range: pageRangeSchema.optional(),
  cells: z.int().min(1).max(mostCells),
  /** The `sequence` of the last answer about the same pages: where nothing moved, no cells are told. */
  since: z.int().nonnegative().default(0),
});

const base64 = z.string().regex(/^[A-Za-z\d+/]*={0,2}$/);

export const filePagesSchema = z.object({
  sequence: z.int().positive(),
  row: fileRowSchema,
  /** The pages that the cells are of; none where the file has none there. */
  firstPage: z.int().nonnegative(),
  pageCount: z.int().nonnegative(),
  pagesPerCell: z.int().positive(),
  /** A byte a cell: how much of it is cached, 255 is all; null where nothing moved, or nobody tells. */
  cached: base64.nullable(),
  /** The same of dirty pages; null where only cachestat would tell. */
  dirty: base64.nullable(),
  /** Pages that are locked from here. */
  locked: z.array(pageRangeSchema),
  /** Pieces of cached pages in a row. */
  runs: z.int().nonnegative().nullable(),
  /** Sooner than this the pages are not looked at again: so looking takes at most 4 % of one CPU. */
  nextMs: z.number().nonnegative(),
});
export type FilePages = z.infer<typeof filePagesSchema>;

export const fileActs = ['touch', 'evict', 'lock'] as const;
export type FileAct = (typeof fileActs)[number];
/** `look`: what is cached of them is counted anew. */
export const folderActs = [...fileActs, 'look'] as const;

/** Without a range, all of the file. */
export const actOnFileRequestSchema = z.object({
  look,
  file,
  act: z.enum(fileActs),
  range: pageRangeSchema.optional(),
});

export const actOnFileSchema = z.object({
  /** As it is afterwards. */
  row: fileRowSchema,
  cachedPagesBefore: pages,
  tookNs: z.number().nonnegative(),
  refused: textSchema.optional(),
});
export type ActOnFile = z.infer<typeof actOnFileSchema>;

const refusedFiles = {
  /** Files of which not all was done, the first of them by name. */
  refusedFiles: z.int().nonnegative(),
  refused: z.array(z.object({ name: z.string(), reason: textSchema })),
};

export const actOnFolderSchema = z.object({
  files: z.int().nonnegative(),
  /** Cached bytes of all of them; null where nobody tells of some. */
  cachedBytesBefore: bytes,
  cachedBytesAfter: bytes,
  tookNs: z.number().nonnegative(),
  ...refusedFiles,
});
export type ActOnFolder = z.infer<typeof actOnFolderSchema>;

/** A path as it crosses a wire: its text, and where that is not UTF-8 its bytes. */
export const filePathSchema = z.object({ path: z.string(), pathBase64: base64.optional() });

/** Files that one lock holds at most: each takes a descriptor and a mapping, and as long as it has pages. */
export const mostLockedFiles = 1000;

/** @param files of a range just one */
export const holdFilesRequestSchema = z.object({
  name: z.string(),
  files: z.array(filePathSchema).max(mostLockedFiles),
  range: pageRangeSchema.optional(),
});

const lockedFileSchema = z.object({
  lock: z.int().positive(),
  name: z.string(),
  files: z.int().nonnegative(),
  /** Without it all of the file, and what it grows by. */
  range: pageRangeSchema.optional(),
  bytes: z.int().nonnegative(),
  /** Why not all of it. */
  refused: textSchema.optional(),
});

/** The process that holds locked files, and what the kernel says that it locks; none is null. */
export const fileLocksSchema = z.object({
  pid: z.int().positive().nullable(),
  vmLckBytes: bytes,
  locks: z.array(lockedFileSchema),
});
export type FileLocks = z.infer<typeof fileLocksSchema>;

export const restoredSetSchema = z.object({
  files: z.int().nonnegative(),
  readBytes: z.number().nonnegative(),
  ...refusedFiles,
});
export type RestoredSet = z.infer<typeof restoredSetSchema>;

const fileWorkSchema = z.object({
  work: z.object({ doneBytes: z.number().nonnegative(), totalBytes: z.number().nonnegative() }).nullable(),
});

/** What a service answers about files; one engine of a reader's answers all. */
export const filesContract = {
  /** Begins to look at files; the look before ends. */
  lookAtFiles: { request: lookAtFilesRequestSchema, response: lookAtFilesSchema },
  filesProgress: { request: z.object({ look }), response: filesProgressSchema },
  /** What was found stays. Where a file system does not answer, the process that waits for it is ended. */
  stopFiles: { request: z.object({ look }), response: z.void() },
  filesMap: { request: filesMapRequestSchema, response: filesMapSchema },
  filesTable: { request: filesTableRequestSchema, response: filesTableSchema },
  /** The pages of one file, looked at anew only when cachestat counts otherwise and its cost allows. */
  filePages: { request: filePagesRequestSchema, response: filePagesSchema },
  /** Where the file of a row is. */
  filePath: { request: z.object({ look, file }), response: filePathSchema },
  actOnFile: { request: actOnFileRequestSchema, response: actOnFileSchema },
  /** The same with all files in a folder of the look, the largest first. */
  actOnFolder: {
    request: z.object({ look, folder, act: z.enum(folderActs) }),
    response: actOnFolderSchema,
  },
  /** How far the one of these that is under way is; null where none is. */
  fileWork: { request: z.object({}), response: fileWorkSchema },
  /** The cached pages of all files of a look, as text that `restoreFileSet` and `pagescope files --restore` read. */
  fileSet: { request: z.object({ look }), response: z.string() },
  /** Reads the pages of a saved set that are missing. @param file the path of the set */
  restoreFileSet: { request: z.object({ file: z.string().min(1).max(4096) }), response: restoredSetSchema },
  /** Where the files of a folder are, the largest first. @throws where it has more than may be locked at once */
  folderPaths: { request: z.object({ look, folder }), response: holdFilesRequestSchema },
  /** Locks the pages of files in the process that answers; `actOnFile` and `actOnFolder` ask another one. */
  holdFiles: { request: holdFilesRequestSchema, response: fileLocksSchema },
  /** The pages of a file that are locked so. */
  lockedPages: { request: filePathSchema, response: z.object({ locked: z.array(pageRangeSchema) }) },
  fileLocks: { request: z.object({}), response: fileLocksSchema },
  unlockFile: { request: z.object({ lock: z.int().positive() }), response: fileLocksSchema },
} as const;
export type FilesMethod = keyof typeof filesContract;
