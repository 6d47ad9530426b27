import { link } from './link.ts';
import type { Box, BoxOptions } from './messages.ts';

let last = 0;
const open = new Map<number, (value: unknown) => void>();

/** Puts up a box, which the desktop of the tests answers when it likes. */
export function box(kind: Box, options: BoxOptions, download?: string): Promise<unknown> {
  const id = ++last;
  link.send({ kind: 'box', id, box: kind, options: structuredClone(options), ...(download && { download }) });
  return new Promise((resolve) => open.set(id, resolve));
}

link.on('box-answer', ({ id, value }) => {
  open.get(id)?.(value);
  open.delete(id);
});

/** Answered with the number of a button. A box that is taken away answers with the one for Escape. */
async function showMessageBox(first: object, second?: object) {
  const { signal, ...options } = (second ?? first) as BoxOptions & { signal?: AbortSignal; cancelId: number };
  const taken = new Promise((resolve) => signal?.addEventListener('abort', () => resolve(options.cancelId)));
  return { response: Number(await Promise.race([box('message', options), taken])) };
}

export const dialog = {
  showMessageBox,
  async showOpenDialog(_window: object, options: BoxOptions) {
    const path = await box('open', options);
    return { canceled: path === null, filePaths: path === null ? [] : [String(path)] };
  },
};
