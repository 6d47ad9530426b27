import { z } from 'zod';
import { protectionNameSchema } from '../../protocol/mapping.ts';
import { mclFlagSchema, type ProcessOperation, pageRangeSchema } from '../../protocol/operation.ts';
import { accessSchema, adviceSchema, toolSchema } from '../../protocol/page-call.ts';
import { textSchema } from '../../protocol/text.ts';
import { pageRunsSchema } from '../../protocol/workbench.ts';
import type { LoggedOperation } from '../operations/logged-operation.ts';

/** Pages of one touch, at most. */
const maxTouched = 1 << 24;
const line = z.string().max(65_536);
const label = z.string().max(256);
const pages = z
  .int()
  .positive()
  .max(2 ** 40);
const refused = z.boolean().optional();

/** `first, step, count, …` back into pages, in their order. */
const touchedSchema = z.array(z.int().nonnegative()).transform((numbers, context) => {
  const touched: number[] = [];
  for (let at = 0; at + 2 < numbers.length; at += 3) {
    const [first = 0, step = 0, count = 0] = numbers.slice(at, at + 3);
    if (touched.length + count > maxTouched) {
      context.addIssue('too many pages are touched');
      return z.NEVER;
    }
    for (let index = 0; index < count; index++) touched.push(first + index * step);
  }
  return touched;
});

const rangeSchema = z.intersection(
  z.union([pageRangeSchema, z.object({ offset: z.int().nonnegative(), length: z.int().nonnegative() })]),
  z.object({ acrossHoles: z.boolean().optional() }),
);
const rangedSchema = z.intersection(
  z.object({ range: rangeSchema }),
  z.discriminatedUnion('kind', [
    z.object({ kind: z.enum(['mlock', 'munlock', 'explicit_bzero', 'mincore', 'getrandom', 'munmap', 'evict']) }),
    z.object({ kind: z.literal('mlock2'), onFault: z.boolean() }),
    z.object({ kind: z.literal('madvise'), advice: adviceSchema }),
    z.object({ kind: z.literal('mprotect'), protection: z.array(protectionNameSchema).max(2) }),
  ]),
);

const processSchema: z.ZodType<ProcessOperation> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('mlockall'), flags: z.array(mclFlagSchema).max(3) }),
  z.object({ kind: z.literal('setrlimit'), softBytes: z.number() }),
  z.object({ kind: z.literal('set-dumpable'), dumpable: z.boolean() }),
  z.object({ kind: z.literal('set-tracer'), allowed: z.boolean() }),
  z.object({
    kind: z.literal('mallopt'),
    parameter: z.enum(['M_MMAP_THRESHOLD', 'M_TRIM_THRESHOLD']),
    bytes: z.number(),
  }),
  z.object({ kind: z.enum(['munlockall', 'drop-ipc-lock', 'raise-core-limit', 'abort', 'disable-thp']) }),
]);

const mappingSchema = z.object({
  pages,
  reservedPages: z.int().nonnegative().optional(),
  lengthBytes: z.int().positive().optional(),
  memory: z.enum(['shared', 'memfd', 'secret', 'hugetlb']).optional(),
  file: z.object({ name: z.string().max(8192), writable: z.boolean() }).optional(),
  privateCopy: z.boolean().optional(),
  protection: z.array(protectionNameSchema).max(2).optional(),
  flags: z.array(z.enum(['MAP_LOCKED', 'MAP_POPULATE'])).optional(),
  alignPages: z.int().positive().optional(),
});

const schema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('map'),
    title: textSchema,
    label,
    mapping: mappingSchema,
    refused,
  }),
  z.object({
    kind: z.literal('operation'),
    title: textSchema,
    label,
    operation: z.union([
      z.object({ kind: z.literal('touch'), access: accessSchema, pages: touchedSchema }),
      rangedSchema,
    ]),
    refused,
  }),
  z.object({ kind: z.literal('act'), title: textSchema, label, tool: toolSchema, runs: pageRunsSchema, refused }),
  z.object({ kind: z.literal('unmap'), title: textSchema, label }),
  z.object({ kind: z.literal('process'), title: textSchema, operation: processSchema, refused }),
  z.object({ kind: z.literal('fork'), title: textSchema }),
  z.object({
    kind: z.literal('work'),
    title: textSchema,
    call: line,
    c: z.array(line),
    lends: z.object({ label, pages }).optional(),
  }),
  z.object({ kind: z.literal('remark'), title: textSchema }),
]);

/** A logged operation as `told` made it; undefined where it is none. */
export function loggedOperation(json: unknown): LoggedOperation | undefined {
  const parsed = schema.safeParse(json);
  // Every shape of it is one of LoggedOperation's; an optional key that is there and undefined is the only difference.
  return parsed.success ? (parsed.data as LoggedOperation) : undefined;
}
