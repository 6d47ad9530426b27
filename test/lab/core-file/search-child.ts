/** Searches a core file for the bytes that are in another file, tells what it found, forgets the bytes, and stays until its input ends. */
import { closeSync, openSync, readSync } from 'node:fs';
import { forget, searchCore } from '../../../lab/core-file/search-core.ts';

const [, , core = '', markerFile = ''] = process.argv;
const bytes = new Uint8Array(new ArrayBuffer(4096), 0, 32);
const fd = openSync(markerFile, 'r');
readSync(fd, bytes);
closeSync(fd);
const { found } = await searchCore(core, {
  markers: [{ region: 1, bytes }],
  regions: [],
  route: 'file',
  title: { en: '', zh: '' },
  signal: new AbortController().signal,
});
forget(bytes);
process.stdout.write(`${found[0]?.count}\n`);
process.stdin.resume();
