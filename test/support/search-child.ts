/**
 * Searches core files for the bytes that are in another file, tells how often they were found, forgets them, and stays
 * until its input ends.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { forget, searchCore } from '../../lab/core-file/search-core.ts';

const [, , markerFile = '', ...cores] = process.argv;
const bytes = new Uint8Array(new ArrayBuffer(4096), 0, 32);
const fd = openSync(markerFile, 'r');
readSync(fd, bytes);
closeSync(fd);
const counts: (number | undefined)[] = [];
for (const core of cores) {
  const { found } = await searchCore(core, {
    markers: [{ region: 1, bytes }],
    regions: [],
    route: 'file',
    title: { en: '', zh: '' },
    signal: new AbortController().signal,
  });
  counts.push(found[0]?.count);
}
forget(bytes);
process.stdout.write(JSON.stringify(counts));
process.stdin.resume();
