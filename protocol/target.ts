/** A process that a session is attached to: its mappings over time, and what became of them between two instants. */
import { z } from 'zod';
import { type MappingKind, type TargetMapping, targetMappingSchema, watchedAnswerSchema } from './process-look.ts';
import { processRowSchema } from './processes.ts';
import { textSchema } from './text.ts';

/** What a recording or a report of such a session names where others name their experiment. */
export const attachedId = 'attach';

/** Most mappings that one `target` event tells: more come in several, so that no loop is blocked. */
export const mostMappingsTold = 200;

/**
 * What was seen of the target, told when something changed. Mappings are told by what changed since the event before,
 * by their `start`: `applyTarget` puts them together.
 */
export const targetToldSchema = z.object({
  /** ns since the session began, as of frames and samples. */
  takenNs: z.number().nonnegative(),
  process: processRowSchema,
  /** What was known of its mappings is to be forgotten: `mappings` begins anew. */
  whole: z.boolean(),
  /** Null where its maps may not be read; `reasons` says why. At most `mostMappingsTold`. */
  mappings: z.array(targetMappingSchema).max(mostMappingsTold).nullable(),
  /** `start` of those that are gone, also at most so many. */
  gone: z.array(z.string()).max(mostMappingsTold),
  /** The rest of this look follows in the next event: until then the list is not whole. */
  more: z.boolean(),
  reasons: z.array(textSchema),
  warnings: z.array(textSchema),
  /** What all looks cost so far: us (`cpuNs`), and it (`heldNs`, `longestHeldNs`: so long its mmap may have waited). */
  total: watchedAnswerSchema.shape.total,
  /** Something moved that was not looked at yet: looking takes at most 4 % of one CPU. */
  behind: z.boolean(),
  /** What the method `smaps` is estimated to block its mmap for. */
  smapsPriceNs: z.number().nonnegative(),
  /**
   * When it was learnt which mappings are locked, their PSS and dirty bytes; `stale`: VmLck moved since. Null: never,
   * and `locked` is unknown.
   */
  smaps: z.object({ readNs: z.number().nonnegative(), stale: z.boolean() }).nullable(),
});
export type TargetTold = z.infer<typeof targetToldSchema>;

/** The target at an instant: the newest that was told, with all its mappings by `start`. */
export interface TargetState extends Omit<TargetTold, 'mappings' | 'whole' | 'gone' | 'more'> {
  /** Null where its maps may not be read. */
  readonly mappings: ReadonlyMap<string, TargetMapping> | null;
}

/**
 * The state after an event. The map is the state's before, changed: take a copy of what is to be kept. With 60 000
 * mappings a copy for each event would take longer than reading them.
 */
export function applyTarget(before: TargetState | undefined, told: TargetTold): TargetState {
  const { mappings, whole, gone, more: _, ...rest } = told;
  if (mappings === null) return { ...rest, mappings: null };
  const known = whole || !before?.mappings ? new Map<string, TargetMapping>() : (before.mappings as Map<string, never>);
  const map: Map<string, TargetMapping> = known;
  for (const start of gone) map.delete(start);
  for (const mapping of mappings) map.set(mapping.start, mapping);
  return { ...rest, mappings: map };
}

/** The target at an instant, by all events in the order in which they came; undefined before the first. */
export function targetAt(events: readonly TargetTold[], tNs: number): TargetState | undefined {
  let state: TargetState | undefined;
  for (const told of events) {
    if (told.takenNs > tNs) break;
    state = applyTarget(state, told);
  }
  return state;
}

/** Pages that came to a state, and that left it. */
export interface CameAndLeft {
  readonly came: number;
  readonly left: number;
}

/** What became of a mapping's pages, page by page; null is unknown. */
export interface ChangedPages {
  readonly resident: CameAndLeft | null;
  readonly swapped: CameAndLeft | null;
  readonly locked: CameAndLeft | null;
}

/** What became of a mapping between two instants, by its counts; null is unknown. */
export interface TargetChange {
  readonly change: 'came' | 'went' | 'grew' | 'shrank' | 'same';
  readonly start: string;
  readonly end: string;
  readonly kind: MappingKind;
  readonly name: string;
  readonly sizeDeltaPages: number;
  readonly residentDeltaPages: number | null;
  readonly swappedDeltaPages: number | null;
  readonly lockedDeltaPages: number | null;
  /** Where its pages of both instants are kept; by counts alone a page that came and one that left cancel out. */
  readonly changed?: ChangedPages;
}

/** Addresses are hexadecimal digits without zeros before them: the longer is the higher. */
export const byStart = ({ start: a }: TargetMapping, { start: b }: TargetMapping): number =>
  a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

/**
 * The mappings that differ between two instants, those of most pages first. Both lists are by address; one that nothing
 * was told of since is the same object in both, and costs next to nothing.
 *
 * @param changedOf what became of the pages of one that was there at both instants, where they are kept
 */
export function targetDiff(
  before: readonly TargetMapping[],
  after: readonly TargetMapping[],
  changedOf: (mapping: TargetMapping) => ChangedPages | undefined = () => undefined,
): TargetChange[] {
  const changes: TargetChange[] = [];
  const add = (was: TargetMapping | undefined, is: TargetMapping | undefined): void => {
    const changed = is && was?.start === is.start && was.end === is.end ? changedOf(is) : undefined;
    if (was === is && !changed) return;
    const change = { ...changeOf(was, is), ...(changed && { changed }) };
    if (change.change !== 'same' || pagesMoved(change) > 0) changes.push(change);
  };
  const went: TargetMapping[] = [];
  const came: TargetMapping[] = [];
  let at = 0;
  for (const mapping of after) {
    for (let old = before[at]; old && byStart(old, mapping) < 0; old = before[++at]) went.push(old);
    const was = before[at]?.start === mapping.start ? before[at++] : undefined;
    if (was && isSame(was, mapping)) add(was, mapping);
    else {
      if (was) went.push(was);
      came.push(mapping);
    }
  }
  for (const old of before.slice(at)) went.push(old);
  // A stack grows downwards: its end stays.
  const byEnd = new Map(went.map((mapping) => [mapping.end, mapping]));
  for (const mapping of came) {
    const was = byEnd.get(mapping.end);
    const same = was && isSame(was, mapping) ? was : undefined;
    if (same) byEnd.delete(same.end);
    add(same, mapping);
  }
  for (const was of byEnd.values()) add(was, undefined);
  return changes.sort((a, b) => weight(b) - weight(a));
}

const isSame = (one: TargetMapping, other: TargetMapping) => one.kind === other.kind && one.name === other.name;

function changeOf(was: TargetMapping | undefined, is: TargetMapping | undefined): TargetChange {
  const shown = is ?? was;
  if (!shown) throw new Error('A change is of a mapping.');
  const sizeDeltaPages = (is?.pages ?? 0) - (was?.pages ?? 0);
  const delta = (of: 'residentPages' | 'swappedPages' | 'lockedPages') => {
    const [from, to] = [was ? was[of] : 0, is ? is[of] : 0];
    return from === null || to === null ? null : to - from;
  };
  const { start, end, kind, name } = shown;
  return {
    change: was && is ? (sizeDeltaPages > 0 ? 'grew' : sizeDeltaPages < 0 ? 'shrank' : 'same') : is ? 'came' : 'went',
    start,
    end,
    kind,
    name,
    sizeDeltaPages,
    residentDeltaPages: delta('residentPages'),
    swappedDeltaPages: delta('swappedPages'),
    lockedDeltaPages: delta('lockedPages'),
  };
}

function pagesMoved({ residentDeltaPages, swappedDeltaPages, lockedDeltaPages, changed }: TargetChange): number {
  const moved = (pages: CameAndLeft | null | undefined, delta: number | null): number =>
    pages ? pages.came + pages.left : Math.abs(delta ?? 0);
  return (
    moved(changed?.resident, residentDeltaPages) +
    moved(changed?.swapped, swappedDeltaPages) +
    moved(changed?.locked, lockedDeltaPages)
  );
}

/** Pages count before address space: a reservation costs nothing. */
const weight = (each: TargetChange): number => pagesMoved(each) * 2 ** 20 + Math.abs(each.sizeDeltaPages) / 2 ** 20;

/** Pages that one region shows of a mapping at most: 16 GiB. */
export const mostRegionPages = 2 ** 22;
/** Mappings that one session may have open. */
export const mostOpenMappings = 32;
