import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { app } from 'electron';
import { addressOfFile } from '../protocol/recording-address.ts';

/**
 * Where the page shows the recording that the arguments name, as a desktop passes the file that was double-clicked; a
 * relative path is relative to the folder of who started the app. Undefined where they name none.
 */
export function askedAddress(args: readonly string[]): string | undefined {
  // Chromium's options are among them.
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { at: { type: 'string' } },
    allowPositionals: true,
    strict: false,
  });
  const { at } = values;
  const file = positionals.map((path) => resolve(path)).find((path) => path !== app.getAppPath());
  const step = typeof at === 'string' && /^\d{1,9}$/.test(at) ? Number(at) : undefined;
  return file === undefined ? undefined : addressOfFile(file, step);
}
