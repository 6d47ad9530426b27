import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { inProject } from '../../scripts/project.mjs';

/** The folders of `lab/`, the lowest first, and which of those below each may import. */
const floors: Readonly<Record<string, readonly string[]>> = {
  base: [],
  files: ['base'],
  limits: ['base'],
  processes: ['limits'],
  exporter: ['files', 'processes'],
  regions: ['base', 'files'],
  'core-file': ['base', 'regions'],
  operations: ['base', 'limits', 'regions'],
  'c-program': ['base', 'regions', 'operations'],
  session: ['base', 'limits', 'regions', 'operations', 'c-program'],
  attach: ['base', 'limits', 'processes', 'session'],
  isolation: ['base', 'limits', 'regions', 'core-file', 'session'],
  workbench: ['base', 'limits', 'regions', 'operations', 'session'],
  'experiment-kit': ['base', 'limits', 'regions', 'session'],
  experiments: ['base', 'files', 'limits', 'regions', 'core-file', 'operations', 'session', 'experiment-kit'],
  recordings: ['base', 'operations', 'c-program', 'session'],
  reports: [],
  service: [
    'base',
    'files',
    'limits',
    'processes',
    'attach',
    'session',
    'isolation',
    'workbench',
    'experiment-kit',
    'experiments',
    'recordings',
    'reports',
  ],
};

/** `lab/x/a.ts → lab/y/b.ts` for every import between two folders of `lab/`. */
function imports(): { from: string; to: string; line: string }[] {
  return readdirSync(inProject('lab'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      [...readFileSync(inProject('lab', file), 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']*)'/g)].map(
        ([, path = '']) => {
          const to = normalize(join(dirname(file), path));
          return { from: file.split('/')[0] ?? '', to: to.split('/')[0] ?? '', line: `lab/${file} → lab/${to}` };
        },
      ),
    )
    .filter(({ from, to }) => to !== '..' && from !== to);
}

test('every folder of lab imports only what is below it', () => {
  const found = imports();
  expect(found.length).toBeGreaterThan(100);
  expect(found.filter(({ from, to }) => !floors[from]?.includes(to)).map(({ line }) => line)).toEqual([]);
});

test('the table of floors names each folder, has no circle, and allows nothing that is not used', () => {
  const folders = readdirSync(inProject('lab'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(Object.keys(floors).sort()).toEqual(folders.map(({ name }) => name).sort());
  const below = Object.keys(floors);
  for (const [folder, allowed] of Object.entries(floors)) {
    expect(allowed.filter((each) => below.indexOf(each) >= below.indexOf(folder))).toEqual([]);
    const used = new Set(
      imports()
        .filter(({ from }) => from === folder)
        .map(({ to }) => to),
    );
    expect(allowed.filter((each) => !used.has(each))).toEqual([]);
  }
});
