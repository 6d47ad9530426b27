/**
 * `npm run soak`: an engine that session after session is opened in, for minutes or hours, and what it holds after each
 * round. `test/soak/soak.ts` is what runs.
 */
import { ensureRuntime, nodePath, run } from './children.mjs';
import { ensureInstalled } from './install.mjs';
import { requireNode } from './node-version.mjs';
import { inProject, main, Refusal } from './project.mjs';

const help = `npm run soak [-- --minutes N]
Runs every experiment, workbenches and attaches in a loop in one process, for 2 minutes when nothing is said, and shows
after each round its memory (RSS, heap, malloc), mappings, descriptors, children, VmLck and time. Exit status 1 when one
of them grows or a claim failed.`;

/** @param {readonly string[]} words */
function minutesOf(words) {
  if (words.length === 0) return 2;
  const minutes = Number(words[1]);
  if (words.length !== 2 || words[0] !== '--minutes' || !(minutes > 0))
    throw new Refusal(`'${words.join(' ')}' is not --minutes and a number above 0.`, 2);
  return minutes;
}

requireNode();
await main(async (words) => {
  const minutes = minutesOf(words);
  await ensureInstalled();
  await ensureRuntime();
  const file = inProject('test', 'soak', 'soak.ts');
  // Recordings of its sessions would fill its user's folder.
  const env = { ...process.env, PAGESCOPE_RECORDINGS_MIB: '0' };
  return await run(nodePath(), ['--expose-gc', file, String(minutes)], { env });
}, help);
