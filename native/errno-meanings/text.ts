/** What the tables are made of. */
import type { ErrnoName } from '../libc/errno.ts';

/** A sentence in both languages. */
export type Text = { readonly en: string; readonly zh: string };
/** What each errno says. */
export type Meanings = { readonly [errno in ErrnoName]?: Text };
/** EPERM of a call that the kernel itself never answers so. */
export const FILTERED: Text = {
  en: 'The kernel itself does not answer this to the call: a filter (seccomp, of a container or a unit) forbids it.',
  zh: '内核本身不会对此调用这样回答：是过滤器（容器或单元的 seccomp）禁止了它。',
};
/** By the call's name in its man page. */
export type Table = { readonly [call: string]: Meanings };
