import type { VmaState } from '../../native/pages/vma-states.ts';
import type { Tool } from '../../protocol/page-call.ts';
import { forEachRun, packRun } from '../../protocol/runs.ts';
import type { PageRuns } from '../../protocol/workbench.ts';
import { pageCall } from '../operations/page-calls.ts';
import { forEachPageRun } from './page-runs.ts';

/** Runs of page states kept over all actions (8 bytes each); the oldest actions' are forgotten first. */
const maxKept = 1 << 20;

/** Forgotten actions that are taken off the list together, which moves all that follow. */
const forgetTogether = 1024;

/** How a VMA was before an action, in the region's pages. */
export type VmaBefore = Pick<VmaState, 'firstPage' | 'pages' | 'protection' | 'vmFlags'>;

/** What the kernel showed of an action's pages before it. */
export interface Before {
  /** First page, then page count << 8 | flags, as a frame packs them. */
  readonly pages: Uint32Array;
  readonly vmas: readonly VmaBefore[];
}

/** An action, and what was there before it; without `before` it is forgotten. */
export interface PastAction {
  readonly region: number;
  readonly tool: Tool;
  readonly runs: PageRuns;
  before?: Before | undefined;
}

/** The states of these pages as the last look found them, and the VMAs where the action is about those. */
export function beforeOf(tool: Tool, runs: PageRuns, flags: Uint8Array, states: readonly VmaState[]): Before {
  const words: number[] = [];
  forEachPageRun(runs, (first, count) => {
    forEachRun(flags.subarray(first, first + count), (page, pages, byte) => {
      if (words.length < 2 * maxKept) words.push(first + page, packRun(pages, byte));
    });
  });
  return { pages: Uint32Array.from(words), vmas: aboutVmas(tool) ? states.filter(overlapping(runs)) : [] };
}

/**
 * The same of the pages before `end` alone, where an action was ended early: what comes after it is as it was, or
 * another action's work.
 */
export function beforeEnd({ pages, vmas }: Before, end: number): Before {
  const words: number[] = [];
  for (let at = 0; at < pages.length && (pages[at] ?? 0) < end; at += 2) {
    const [first = 0, word = 0] = [pages[at], pages[at + 1]];
    words.push(first, ((Math.min(word >>> 8, end - first) << 8) | (word & 0xff)) >>> 0);
  }
  return { pages: Uint32Array.from(words), vmas };
}

function aboutVmas(tool: Tool): boolean {
  const { by } = pageCall(tool).undo;
  return by === 'rights' || by === 'vm-flags';
}

function overlapping(runs: PageRuns): (vma: VmaState) => boolean {
  const [first, end] = [runs[0] ?? 0, (runs.at(-2) ?? 0) + (runs.at(-1) ?? 0)];
  return ({ firstPage, pages }) => firstPage < end && firstPage + pages > first;
}

/** The actions of a workbench by their step, with what was there before the latest of them. */
export class PastActions {
  readonly #actions = new Map<number, PastAction>();
  /** Actions that still have their `before`, the oldest first. */
  readonly #kept: PastAction[] = [];
  #forgotten = 0;
  #size = 0;

  get(step: number): PastAction | undefined {
    return this.#actions.get(step);
  }

  add(step: number, act: PastAction): void {
    this.#actions.set(step, act);
    this.#kept.push(act);
    this.#size += sizeOf(act);
    while (this.#size > maxKept) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const oldest = this.#kept[this.#forgotten++];
    if (!oldest) return;
    this.#size -= sizeOf(oldest);
    oldest.before = undefined;
    if (this.#forgotten < forgetTogether) return;
    this.#kept.splice(0, this.#forgotten);
    this.#forgotten = 0;
  }
}

function sizeOf({ before }: PastAction): number {
  return before ? before.pages.length / 2 + before.vmas.length : 0;
}
