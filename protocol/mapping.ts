import { z } from 'zod';

/** A right of mmap(2) and mprotect(2); none at all is `PROT_NONE`. */
export const protectionNameSchema = z.enum(['PROT_READ', 'PROT_WRITE']);
export type ProtectionName = z.infer<typeof protectionNameSchema>;

export const protectionSchema = z.array(protectionNameSchema).max(2);

/** What stands behind a region of the workbench. */
export const backingSchema = z.discriminatedUnion('kind', [
  /** `MAP_PRIVATE|MAP_ANONYMOUS`. */
  z.object({ kind: z.literal('anonymous') }),
  /** `MAP_SHARED|MAP_ANONYMOUS`: shared memory without a name. */
  z.object({ kind: z.literal('shared') }),
  /** memfd_create(2). */
  z.object({ kind: z.literal('memfd') }),
  /** memfd_secret(2): never swapped, and mapped for its owner alone. */
  z.object({ kind: z.literal('secret') }),
  /** `MAP_PRIVATE|MAP_ANONYMOUS|MAP_HUGETLB`: pages from the machine's pool (vm.nr_hugepages). mmap(2) */
  z.object({ kind: z.literal('hugetlb') }),
  /**
   * A file that the user names. `shared` is mapped read-only, so that no touch changes the file; `private` is copied on
   * write.
   */
  z.object({ kind: z.literal('file'), path: z.string().min(1).max(4096), sharing: z.enum(['shared', 'private']) }),
]);
export type Backing = z.infer<typeof backingSchema>;

/** The most pages that one region may have: 64 GiB of 4 KiB pages, and what a snapshot's run can count. */
export const maxRegionPages = 1 << 24;

export const regionNameSchema = z.string().trim().min(1).max(40);

/** A region to be mapped by hand, with the advice that follows at once. */
export const regionRequestSchema = z.object({
  /** As the user calls it; without one, the next letter. */
  name: regionNameSchema.optional(),
  backing: backingSchema,
  /** Of a file, how much of it; without a size, all of it. */
  size: z
    .union([
      z.object({ pages: z.int().positive().max(maxRegionPages) }),
      z.object({
        bytes: z
          .int()
          .positive()
          .max(maxRegionPages * 65536),
      }),
    ])
    .optional(),
  protection: protectionSchema,
  /**
   * `never` is `MADV_NOHUGEPAGE`, so that a page is a page; `system` leaves it as the machine has it. Of hugetlb it
   * says nothing: those pages are huge by their kind.
   */
  hugePages: z.enum(['never', 'always', 'system']).default('never'),
  /** `MAP_POPULATE`. */
  populate: z.boolean().default(false),
  /** `MAP_LOCKED`: locked at birth; a failure to bring the pages in is not reported. mmap(2) */
  locked: z.boolean().default(false),
});
export type RegionRequest = z.infer<typeof regionRequestSchema>;
