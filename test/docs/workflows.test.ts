import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inProject } from '../../scripts/project.mjs';
import { suites } from '../../scripts/suites.mjs';

const folder = inProject('.github', 'workflows');
const { scripts } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));

describe('the workflows', () => {
  it.for(readdirSync(folder))('%s calls nothing but scripts, suites and files that there are', (name) => {
    const text = readFileSync(inProject('.github', 'workflows', name), 'utf8');
    const lines = [...text.matchAll(/^ *- run: (.+)$/gm)].map(([, line = '']) => line);
    expect(lines).not.toEqual([]);
    for (const line of lines) {
      for (const [, script = ''] of line.matchAll(/\bnpm run ([\w-]+)/g)) expect(scripts).toHaveProperty(script);
      for (const [, suite] of line.matchAll(/\bnpm test -- ([\w-]+)/g))
        expect(suites.map((each) => each.name)).toContain(suite);
      for (const [, file = ''] of line.matchAll(/\bnode ([\w./-]+\.m?js)/g))
        expect(existsSync(inProject(file)), file).toBe(true);
    }
  });
});
