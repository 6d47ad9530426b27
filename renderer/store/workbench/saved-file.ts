import type { z } from 'zod';
import {
  maxActions,
  type SavedWorkbench,
  savedWorkbenchId,
  savedWorkbenchSchema,
} from '../../../protocol/workbench.ts';

/**
 * No file of more bytes is read: a host takes 64 MiB in one message. 100 000 actions of one run each are some 12 MB.
 */
export const maxSavedBytes = 60 * 1024 ** 2;

/** Why a file can’t be opened as a workbench here; the words are in the texts of the window. */
export type FileProblem =
  | { readonly kind: 'notJson' }
  | { readonly kind: 'notSaved' }
  | { readonly kind: 'otherSchema'; readonly schema: string }
  | { readonly kind: 'otherPageSize'; readonly pageSize: number }
  | { readonly kind: 'tooMany'; readonly count: number }
  | { readonly kind: 'broken'; readonly where: string };

/** Actions that are checked before the window gets its turn: a few milliseconds of work. */
const sliceActions = 1000;

const envelopeSchema = savedWorkbenchSchema.omit({ actions: true });
const recordedSchema = savedWorkbenchSchema.shape.actions.element;

/**
 * A saved workbench out of the text of a file, checked in full before anything is done with it.
 *
 * @param pageSize of this machine, in bytes: page numbers mean other bytes where pages have another size
 * @param breathe gives the window its turn
 */
export async function readSaved(
  text: string,
  pageSize: number,
  breathe: () => Promise<void> = () => new Promise((resolve) => setTimeout(resolve)),
): Promise<{ readonly saved: SavedWorkbench } | { readonly problem: FileProblem }> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: { kind: 'notJson' } };
  }
  if (typeof json !== 'object' || json === null || !('schema' in json) || typeof json.schema !== 'string') {
    return { problem: { kind: 'notSaved' } };
  }
  if (json.schema !== savedWorkbenchId) return { problem: { kind: 'otherSchema', schema: json.schema.slice(0, 60) } };
  if ('pageSize' in json && typeof json.pageSize === 'number' && json.pageSize !== pageSize) {
    return { problem: { kind: 'otherPageSize', pageSize: json.pageSize } };
  }
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) return broken(envelope.error);
  if (!('actions' in json) || !Array.isArray(json.actions)) return { problem: { kind: 'broken', where: 'actions' } };
  if (json.actions.length > maxActions) return { problem: { kind: 'tooMany', count: json.actions.length } };
  const actions: SavedWorkbench['actions'] = [];
  for (const [index, entry] of json.actions.entries()) {
    const recorded = recordedSchema.safeParse(entry);
    if (!recorded.success) return broken(recorded.error, ['actions', index]);
    actions.push(recorded.data);
    if (index % sliceActions === sliceActions - 1) await breathe();
  }
  return { saved: { ...envelope.data, actions } };
}

function broken(error: z.ZodError, at: readonly PropertyKey[] = []): { readonly problem: FileProblem } {
  const where = [...at, ...(error.issues[0]?.path ?? [])].map(String).join('.');
  return { problem: { kind: 'broken', where } };
}
