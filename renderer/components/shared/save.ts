import { z } from 'zod';
import { isFromPreload } from '../../bridge.ts';

/** How a download ended, and the name under which its file is. */
const endSchema = z.object({
  url: z.string(),
  state: z.enum(['completed', 'cancelled', 'interrupted']),
  name: z.string(),
});
export type Saved = Pick<z.infer<typeof endSchema>, 'state' | 'name'>;

const savedMessage = 'pagescope:saved';

/** What the desktop app tells of a download, which may take as long as a person looks for a folder. */
function ended(url: string): Promise<Saved> {
  return new Promise((resolve) => {
    const onMessage = (event: MessageEvent<unknown>): void => {
      if (!isFromPreload(event, savedMessage)) return;
      const { data } = z.object({ end: endSchema }).safeParse(event.data);
      if (data?.end.url !== url) return;
      window.removeEventListener('message', onMessage);
      resolve(data.end);
    };
    window.addEventListener('message', onMessage);
  });
}

/** A browser has its own hold on the blob some time after the click. */
const browserHoldMs = 10_000;

/** Offers a blob as a file. Resolves when it is saved, or is not; in a browser at once, which tells that itself. */
export async function save(blob: Blob, name: string): Promise<Saved> {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  const end = window.pagescope && ended(url);
  link.click();
  const saved = await end;
  setTimeout(() => URL.revokeObjectURL(url), saved ? 0 : browserHoldMs);
  return saved ?? { state: 'completed', name };
}
