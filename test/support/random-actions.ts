/** Actions of a workbench that a program can do again with the same outcome, at random. */
import fc from 'fast-check';
import type { Backing, ProtectionName } from '../../protocol/mapping.ts';
import type { Tool } from '../../protocol/page-call.ts';
import type { Action } from '../../protocol/workbench.ts';

type Added = Extract<Action, { kind: 'add' }>['region'];

const mostPages = 140;

/** PROT_WRITE alone is left out: what may be written may be read on x86, and the kernel's own copy of it may not. */
const protection = fc.constantFrom<ProtectionName[]>(['PROT_READ', 'PROT_WRITE'], ['PROT_READ'], []);
const mostlyWritable = fc.oneof(
  { weight: 4, arbitrary: fc.constant<ProtectionName[]>(['PROT_READ', 'PROT_WRITE']) },
  protection,
);

/** Huge pages are left out by size: whether the kernel has one to give is not ours to say. */
function region(file: string): fc.Arbitrary<Added> {
  return fc.record({
    backing: fc.constantFrom<Backing>(
      { kind: 'anonymous' },
      { kind: 'anonymous' },
      { kind: 'shared' },
      { kind: 'memfd' },
      { kind: 'secret' },
      { kind: 'file', path: file, sharing: 'shared' },
      { kind: 'file', path: file, sharing: 'private' },
    ),
    size: fc.oneof(
      fc.record({ pages: fc.integer({ min: 1, max: mostPages }) }),
      fc.record({ bytes: fc.integer({ min: 1, max: 40 * 4096 }) }),
    ),
    protection: mostlyWritable,
    hugePages: fc.constantFrom('never', 'system'),
    populate: fc.boolean(),
    locked: fc.boolean(),
  });
}

/**
 * Every tool but two where the outcome is the kernel's to choose: MADV_PAGEOUT, which takes pages that lie in no list
 * of a processor, and of which none is anybody else's, and with them what MADV_FREE gave away.
 */
const tool: fc.Arbitrary<Tool> = fc.oneof(
  fc.record({ kind: fc.constant('touch'), access: fc.constantFrom('read', 'write') }),
  fc.constantFrom<Tool>(
    { kind: 'mlock' },
    { kind: 'mlock2', onFault: true },
    { kind: 'munlock' },
    { kind: 'explicit_bzero' },
  ),
  fc.record({
    kind: fc.constant('madvise'),
    advice: fc.constantFrom(
      'MADV_WILLNEED',
      'MADV_DONTNEED',
      'MADV_FREE',
      'MADV_HUGEPAGE',
      'MADV_NOHUGEPAGE',
      'MADV_DONTDUMP',
      'MADV_DODUMP',
      'MADV_COLD',
      'MADV_POPULATE_READ',
      'MADV_POPULATE_WRITE',
      'MADV_COLLAPSE',
    ),
  }),
  fc.record({ kind: fc.constant('mprotect'), protection }),
);

const runs = fc.oneof(
  fc.array(fc.tuple(fc.nat(12), fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 4 }),
  // Every n-th page, and more runs than are written as loops.
  fc
    .tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 1, max: 3 }))
    .map(([every, count]) => Array.from({ length: 12 }, (): [number, number] => [every, count])),
  fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 2 })), { minLength: 18, maxLength: 30 }),
);

/** Actions on up to four regions, some of which are removed; the pages are of the region that each is about. */
export function randomActions(file: string, filePages: number): fc.Arbitrary<Action[]> {
  const act = fc.record({ which: fc.nat(3), tool, gaps: runs });
  return fc
    .record({
      regions: fc.array(region(file), { minLength: 1, maxLength: 4 }),
      acts: fc.array(act, { minLength: 4, maxLength: 14 }),
      removes: fc.boolean(),
    })
    .map(({ regions, acts, removes }) => {
      const added = regions.map((each): Action => ({ kind: 'add', region: each }));
      const done = acts.flatMap(({ which, tool: chosen, gaps }): Action[] => {
        const at = which % regions.length;
        const pages = within(gaps, pagesOf(regions[at]));
        return pages.length === 0 ? [] : [{ kind: 'act', region: at + 1, tool: chosen, pages }];
      });
      const removed: Action[] = removes && regions.length > 1 ? [{ kind: 'remove', region: regions.length }] : [];
      const [first, ...others] = added;
      // Some regions come when others were acted on already.
      return [...(first ? [first] : []), ...others, ...done, ...removed];
    });

  function pagesOf(each: Added | undefined): number {
    if (!each?.size) return filePages;
    return 'pages' in each.size ? each.size.pages : Math.ceil(each.size.bytes / 4096);
  }
}

/** Runs with at least one page between each two, cut at the region's end. */
function within(gaps: readonly (readonly [gap: number, count: number])[], pages: number): number[] {
  const found: number[] = [];
  let end = 0;
  for (const [gap, count] of gaps) {
    const first = end + gap + (found.length > 0 ? 1 : 0);
    const fitting = Math.min(count, pages - first);
    if (fitting < 1) break;
    found.push(first, fitting);
    end = first + fitting;
  }
  return found;
}
