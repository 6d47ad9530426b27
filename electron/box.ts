import { type BrowserWindow, dialog } from 'electron';
import type { Text } from '../protocol/text.ts';
import { said } from './language.ts';

/** A button, and what it does. */
export type Choice = readonly [label: Text, act: () => void];

interface Box {
  /** Over which the box stands; without one, or when it is gone, by itself. */
  readonly window?: BrowserWindow | undefined;
  readonly message: Text;
  readonly detail?: string;
  /** The first is chosen by Enter, the last by Escape. */
  readonly choices: readonly Choice[];
  /** Takes the box away when it has no point any more; then nothing is chosen. */
  readonly signal?: AbortSignal;
}

/** Puts a choice before a person, in a box of the desktop, and does what they choose. */
export async function ask({ window, message, detail, choices, signal }: Box): Promise<void> {
  const options = {
    type: 'warning',
    message: said(message),
    ...(detail && { detail }),
    buttons: choices.map(([label]) => said(label)),
    defaultId: 0,
    cancelId: choices.length - 1,
    noLink: true,
    normalizeAccessKeys: true,
    ...(signal && { signal }),
  } as const;
  const over = window && !window.isDestroyed() ? window : undefined;
  const { response } = await (over ? dialog.showMessageBox(over, options) : dialog.showMessageBox(options));
  if (!signal?.aborted) choices[response]?.[1]();
}
