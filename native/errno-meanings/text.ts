/** What the tables are made of. */
import type { ErrnoName } from '../libc/errno.ts';

/** A sentence in both languages. */
export type Text = { readonly en: string; readonly zh: string };
/** What each errno says. */
export type Meanings = { readonly [errno in ErrnoName]?: Text };
/** By the call's name in its man page. */
export type Table = { readonly [call: string]: Meanings };
