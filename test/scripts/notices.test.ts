import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { noticesFile } from '../../scripts/notices.mjs';
import { inProject } from '../../scripts/project.mjs';
import { pagescope } from '../support/pagescope.ts';

const [, ...pieces] = readFileSync(noticesFile, 'utf8').split(/^={20} (.+) ={20}$/m);
/** Name and version of each package, and what stands below them. */
const sections = pieces.flatMap((name, at) => (at % 2 === 0 ? [{ name, text: pieces[at + 1] ?? '' }] : []));

/** Packages whose sources a bundle names in its map. */
function bundled(): Set<string> {
  const maps = ['out/renderer/assets', 'out/cli', 'out/electron'].flatMap((folder) =>
    readdirSync(inProject(folder)).flatMap((name) => (name.endsWith('.map') ? [inProject(folder, name)] : [])),
  );
  const sources = maps.flatMap((map): string[] => JSON.parse(readFileSync(map, 'utf8')).sources);
  return new Set(sources.flatMap((source) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []));
}

describe('the notices of third parties', () => {
  it('have every package that a bundle holds, the fonts and koffi, each with the text of its licence', () => {
    const names = sections.map(({ name }) => name.replace(/ [^ ]+$/, ''));
    const shipped = [...bundled(), 'koffi', '@fontsource-variable/inter', '@fontsource-variable/jetbrains-mono'];
    expect(shipped.length).toBeGreaterThan(30);
    expect(shipped.filter((name) => !names.includes(name))).toEqual([]);
    for (const { name, text } of sections) {
      expect(text, name).toMatch(/Licence: (MIT|ISC|OFL-1\.1|0BSD|BSD|Apache|BlueOak|MPL-2\.0|MIT AND)/);
      // It asks for the place of the source to be told.
      if (text.includes('MPL-2.0')) expect(text, name).toMatch(/its source, .* is at https:\/\//);
      if (!text.includes('has no licence file')) expect(text.length, name).toBeGreaterThan(400);
    }
  });

  it('say so of the few packages that bring no text along', () => {
    const without = sections.filter(({ text }) => text.includes('has no licence file'));
    expect(without.length).toBeLessThan(5);
    for (const { text } of without) expect(text).toMatch(/Licence: (MIT|MPL-2\.0)/);
  });

  it('are printed by the command', async () => {
    const { stdout, status } = await pagescope(['licenses']);
    expect(status).toBe(0);
    expect(stdout).toBe(readFileSync(noticesFile, 'utf8'));
  });
});
