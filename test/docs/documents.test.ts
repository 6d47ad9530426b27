import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const docs = fileURLToPath(new URL('../../docs', import.meta.url));
const read = (path: string) => readFileSync(join(docs, path), 'utf8');
const documents = readdirSync(join(docs, 'en'));
/** What was typed, and what was printed: the blocks without a language, and those that the guide makes live. */
const runsOf = (text: string) =>
  [...text.matchAll(/^```(\w*)\n[\s\S]*?^```$/gm)]
    .filter(([, language]) => ['', 'pagescope'].includes(language ?? ''))
    .map(([run]) => run);

describe('the documents', () => {
  it('are there in both languages, and in the index', () => {
    expect(readdirSync(join(docs, 'zh')).sort()).toEqual([...documents].sort());
    for (const document of documents) {
      expect(read('README.md')).toContain(`(en/${document})`);
      expect(read('README.md')).toContain(`(zh/${document})`);
    }
  });

  it.each(documents)('%s shows the same runs in both', (document) => {
    const runs = runsOf(read(`en/${document}`));
    expect(runs.length).toBeGreaterThan(3);
    expect(runsOf(read(`zh/${document}`))).toEqual(runs);
  });

  it.each(['README.md', ...documents.flatMap((name) => [`en/${name}`, `zh/${name}`])])(
    '%s has no dead link',
    (path) => {
      const links = [...read(path).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target = '']) => target);
      const missing = links.filter((link) => !/^https?:/.test(link) && !existsSync(join(docs, dirname(path), link)));
      expect(missing).toEqual([]);
    },
  );
});

describe('the programs of the documents', () => {
  it.each(readdirSync(join(docs, 'programs')))('%s compiles without a warning', (program) => {
    const folder = mkdtempSync(join(tmpdir(), 'pagescope-docs-'));
    try {
      const flags = ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-o', join(folder, 'program')];
      execFileSync('cc', [...flags, join(docs, 'programs', program)], { stdio: 'pipe' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('keeping-a-key.c is ISO C17 beside its system calls, finds its key kept as it should be, and prints what the document shows', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pagescope-docs-'));
    try {
      const program = join(folder, 'keeping-a-key');
      const flags = ['-std=c17', '-Wall', '-Wextra', '-Werror', '-O2', '-o', program];
      execFileSync('cc', [...flags, join(docs, 'programs', 'keeping-a-key.c')], { stdio: 'pipe' });
      const printed = execFileSync(program, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
      expect(read('en/keeping-a-key.md')).toContain(`./keeping-a-key\n${printed}\`\`\``);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
