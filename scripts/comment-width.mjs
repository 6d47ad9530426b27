/**
 * Comments end at 120 columns, as code does; the formatter leaves them alone. This names each that does not.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inProject, root } from './project.mjs';

const columns = 120;

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx', '*.mjs', '*.css'], {
  cwd: root,
  encoding: 'utf8',
});
const wide = files
  .split('\n')
  .filter(Boolean)
  .flatMap((file) =>
    readFileSync(inProject(file), 'utf8')
      .split('\n')
      // What the linter is told has to stand on one line.
      .flatMap((line, at) =>
        line.length > columns && /^\s*(?:\/\*|\*|\/\/)/.test(line) && !line.includes('biome-ignore')
          ? [`${file}:${at + 1}: this comment has ${line.length} columns, and ${columns} is the most`]
          : [],
      ),
  );
for (const each of wide) console.error(each);
process.exitCode = wide.length > 0 ? 1 : 0;
