import type { Operation, ProcessOperation } from '../../protocol/operation.ts';
import type { Tool } from '../../protocol/page-call.ts';
import type { Text } from '../../protocol/text.ts';
import type { PageRuns } from '../../protocol/workbench.ts';
import type { Mapping } from '../regions/mapping.ts';

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
      readonly mapping: Mapping;
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
   * Work of an experiment's own as C lines, in a block: they may name regions by their letters and call the functions
   * of the program. `call` heads the page maps after it.
   */
  | { readonly kind: 'work'; readonly title: Text; readonly call: string; readonly c: readonly string[] }
  /** What another program did, or what this one's reader alone needs: a comment. */
  | { readonly kind: 'remark'; readonly title: Text };
