import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { pageSize } from '../../native/libc/sysconf.ts';
import type { PageRange } from '../../protocol/operation.ts';
import { problem } from '../../protocol/problem.ts';
import { absolute, type BytePath, pathFields, pathFrom } from './byte-path.ts';
import { whyRefused } from './open-file.ts';

/**
 * A set of cached pages, as lines of JSON: this header, then a line for each file of which something is cached. Bytes,
 * so that it can be restored where pages have another size.
 */
const headerSchema = z.object({
  schema: z.literal('pagescope/file-set@1'),
  createdAt: z.string(),
  pageSize: z.int().positive(),
});

const entrySchema = z.object({
  /** From the root. */
  path: z.string(),
  /** The bytes of a path that is not UTF-8. */
  pathBase64: z.string().optional(),
  sizeBytes: z.int().nonnegative(),
  /** `[first page, pages]` in pages of the header's size. */
  runs: z.array(z.tuple([z.int().nonnegative(), z.int().positive()])),
});

/** The first line of a set. */
export function setHeader(): string {
  return JSON.stringify({ schema: 'pagescope/file-set@1', createdAt: new Date().toISOString(), pageSize: pageSize() });
}

/** A file's line in a set. */
export function setEntry(path: BytePath, sizeBytes: number, runs: readonly PageRange[]): string {
  const pairs = runs.map(({ firstPage, pageCount }) => [firstPage, pageCount]);
  return JSON.stringify({ ...pathFields(absolute(path)), sizeBytes, runs: pairs });
}

/** A file of a set, its runs in pages of this machine. */
export interface SetFile {
  readonly path: BytePath;
  readonly sizeBytes: number;
  readonly runs: readonly PageRange[];
}

/** The files of a set that was saved, one after the other. @throws problem `bad-input` that names the line */
export async function* readSet(file: string): AsyncGenerator<SetFile> {
  const stream = createReadStream(file);
  await once(stream, 'open').catch((cause) => {
    const { en, zh } = whyRefused(cause);
    throw problem('bad-input', `${file} cannot be restored: ${en}.`, `无法恢复 ${file}：${zh}。`, { cause });
  });
  let number = 0;
  let scale = 1;
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    if (number === 1) {
      const header = parsed(headerSchema, line, file, number);
      scale = header.pageSize / pageSize();
      continue;
    }
    if (line === '') continue;
    const { runs, sizeBytes, ...path } = parsed(entrySchema, line, file, number);
    yield { path: pathFrom(path), sizeBytes, runs: runs.map(([first, count]) => scaled(first, count, scale)) };
  }
  if (number === 0) parsed(headerSchema, '', file, 1);
}

/** The bytes of all pages of a set. @throws as `readSet` */
export async function bytesOfSet(file: string): Promise<number> {
  let pages = 0;
  for await (const { runs } of readSet(file)) for (const { pageCount } of runs) pages += pageCount;
  return pages * pageSize();
}

function scaled(first: number, count: number, scale: number): PageRange {
  const firstPage = Math.floor(first * scale);
  return { firstPage, pageCount: Math.ceil((first + count) * scale) - firstPage };
}

function parsed<T>(schema: z.ZodType<T>, line: string, file: string, number: number): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch (cause) {
    throw problem(
      'bad-input',
      `${file} is no set of cached pages: line ${number} is not what pagescope files --save writes.`,
      `${file} 不是已保存的缓存页集合：第 ${number} 行不是 pagescope files --save 写出的内容。`,
      { cause },
    );
  }
}
