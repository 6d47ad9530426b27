import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { bindAll } from '../../../native/libc/libc.ts';

const folder = new URL('../../../native/calls/', import.meta.url);

it('every function that any file of native/calls declares can be looked up before its first call', async () => {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  expect(files).toContain('malloc.ts');
  for (const name of files) await import(new URL(name, folder).href);
  expect(bindAll).not.toThrow();
});
