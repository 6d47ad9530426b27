import { problem } from '../../protocol/problem.ts';
import type { Received, Response } from '../../protocol/service.ts';
import { mappingsNamed, pageRunsOf } from './mapping-pages.ts';
import { ProcessTable } from './process-table.ts';
import { WatchedProcess } from './watched-process.ts';

/** Processes that one reader may look at; of more, the one that was asked about longest ago is let go. */
const mostWatched = 16;
/** One that nobody asked about for so long is let go. */
const idleMs = 30_000;

/** What one reader sees of other processes: the table of all, and those that it looks at. */
export class Processes implements Disposable {
  readonly table = new ProcessTable();
  readonly #watched = new Map<number, { readonly watched: WatchedProcess; readonly idle: NodeJS.Timeout }>();

  /** A look at one, by what the reader has of it already. One that ended is forgotten, and its pid may be another's. */
  async process({ pid, since, smaps }: Received<'process'>): Promise<Response<'process'>> {
    const watched = this.#watch(pid);
    try {
      return await watched.since(since, { smaps, keepRuns: true });
    } catch (error) {
      this.#forget(pid);
      throw error;
    }
  }

  /** The pages of a mapping of one that was looked at. */
  async pages({ pid, address }: Received<'processPages'>): Promise<Response<'processPages'>> {
    const last = this.#watched.get(pid)?.watched.last;
    if (!last) throw problem('gone', `Process ${pid} is not looked at.`, `没有在查看进程 ${pid}。`);
    const [mapping] = mappingsNamed(last.mappings ?? [], address);
    if (!mapping) throw new Error('A mapping that is named is there.');
    return { mapping, runs: pageRunsOf(last, mapping), reasons: last.reasons };
  }

  #watch(pid: number): WatchedProcess {
    const known = this.#watched.get(pid);
    if (known) {
      known.idle.refresh();
      // The last one in the map is the one that was asked about last.
      this.#watched.delete(pid);
      this.#watched.set(pid, known);
      return known.watched;
    }
    const [longestAgo] = this.#watched.keys();
    if (longestAgo !== undefined && this.#watched.size >= mostWatched) this.#forget(longestAgo);
    const watched = new WatchedProcess(pid);
    this.#watched.set(pid, { watched, idle: setTimeout(() => this.#forget(pid), idleMs).unref() });
    return watched;
  }

  #forget(pid: number): void {
    const known = this.#watched.get(pid);
    if (!known) return;
    clearTimeout(known.idle);
    known.watched[Symbol.dispose]();
    this.#watched.delete(pid);
  }

  [Symbol.dispose](): void {
    this.table[Symbol.dispose]();
    for (const pid of [...this.#watched.keys()]) this.#forget(pid);
  }
}
