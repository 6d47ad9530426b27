import type { SessionEvent } from '../../protocol/events.ts';
import type { Operation, ProcessOperation } from '../../protocol/operation.ts';
import type { Tool } from '../../protocol/page-call.ts';
import type { Text } from '../../protocol/text.ts';
import type { PageRuns } from '../../protocol/workbench.ts';
import { progressions } from '../base/progressions.ts';
import type { DescribedMapping } from '../regions/mapping.ts';

/**
 * What the C program is written from: the operations of a session, in order. A label is what its region is known by in
 * all of its entries, also after it was given another name; when its region is unmapped, another may have it.
 *
 * `refused`: the kernel answered with an errno. Of a touch or a wipe it says that a plain load or store would have
 * ended the process.
 */
export type LoggedOperation =
  /** Refused, there is no region of this label, or a later one. */
  | {
      readonly kind: 'map';
      readonly title: Text;
      readonly label: string;
      readonly mapping: DescribedMapping;
      /** Whoever has the user's own name for it when the program is written: it may be given later, and again. */
      readonly named?: { readonly name: string | undefined };
      readonly refused?: boolean;
    }
  | {
      readonly kind: 'operation';
      readonly title: Text;
      readonly label: string;
      readonly operation: Operation;
      readonly refused?: boolean;
    }
  /**
   * One call for each run of pages, in order: those that were made. A run that was refused does not keep the next from
   * being tried.
   */
  | {
      readonly kind: 'act';
      readonly title: Text;
      readonly label: string;
      readonly tool: Tool;
      readonly runs: PageRuns;
      readonly refused?: boolean;
    }
  | { readonly kind: 'unmap'; readonly title: Text; readonly label: string }
  | { readonly kind: 'process'; readonly title: Text; readonly operation: ProcessOperation; readonly refused?: boolean }
  | { readonly kind: 'fork'; readonly title: Text }
  /**
   * Work of an experiment's own as C lines: they may name regions by their letters, and call the functions of the
   * program. `call` heads the page maps after it; what it lends is looked at as this region from then on.
   */
  | {
      readonly kind: 'work';
      readonly title: Text;
      readonly call: string;
      readonly c: readonly string[];
      readonly lends?: { readonly label: string; readonly pages: number };
    }
  /** What another program did, or what this one's reader alone needs: a comment. */
  | { readonly kind: 'remark'; readonly title: Text };

type Told = Extract<SessionEvent, { kind: 'operation' }>['operation'];

/**
 * An operation as a recording keeps it: as JSON, without descriptors, and the pages of a touch as progressions (`first,
 * step, count, …`).
 */
export function told(entry: LoggedOperation): Told {
  if (entry.kind === 'map') {
    // Its name is the region's, which is told whenever it changes.
    const { mapping, named: _named, ...map } = entry;
    const { file } = mapping;
    return { ...map, mapping: file ? { ...mapping, file: { name: file.name, writable: file.writable } } : mapping };
  }
  if (entry.kind !== 'operation' || entry.operation.kind !== 'touch') return entry;
  const { pages } = entry.operation;
  const inOrder = progressions(pages, pages.length) ?? [];
  return {
    ...entry,
    operation: { ...entry.operation, pages: inOrder.flatMap(({ first, step, count }) => [first, step, count]) },
  };
}
