/**
 * Comments and prose end at 120 columns, as code does; the formatter leaves them alone. This names each line that does
 * not.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inProject, root } from './project.mjs';

const columns = 120;
const kinds = ['*.ts', '*.tsx', '*.mjs', '*.css', '*.md'];

/** What the linter is told has to stand on one line. */
const isComment = (/** @type {string} */ line) =>
  /^\s*(?:\/\*|\*|\/\/)/.test(line) && !line.includes('biome-ignore') ? 'comment' : undefined;

/** Tells of each line of a Markdown file whether it is prose: tables, blocks and addresses of links are not. */
function prose() {
  let block = false;
  return (/** @type {string} */ line) => {
    if (line.trimStart().startsWith('```')) block = !block;
    return block || /^\s*(?:```|\||<|\[[^\]]+\]: )/.test(line) ? undefined : 'prose';
  };
}

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...kinds], { cwd: root, encoding: 'utf8' });
const wide = files
  .split('\n')
  .filter(Boolean)
  .flatMap((file) => {
    const kindOf = file.endsWith('.md') ? prose() : isComment;
    return readFileSync(inProject(file), 'utf8')
      .split('\n')
      .map((line, at) => ({ kind: kindOf(line), width: line.length, at }))
      .filter(({ kind, width }) => kind && width > columns)
      .map(({ kind, width, at }) => `${file}:${at + 1}: this ${kind} has ${width} columns, and ${columns} is the most`);
  });
for (const each of wide) console.error(each);
process.exitCode = wide.length > 0 ? 1 : 0;
