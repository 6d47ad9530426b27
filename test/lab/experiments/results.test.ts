import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../lab/experiments/catalogue.ts';
import type { Result } from '../../../protocol/result.ts';
import { isolatingLab } from '../../support/locking.ts';

const namesIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');

/** The result that the window is told of, at the end of a run with the defaults. */
async function resultOf(experiment: string): Promise<Result | undefined> {
  await using lab = isolatingLab();
  await lab.start({ experiment, parameters: {} });
  await lab.reader.state('completed');
  const found = lab.reader.events.flatMap((event) => (event.kind === 'result' ? [event.result] : []));
  expect(found.length, 'results of one run').toBeLessThan(2);
  return found[0];
}

describe('every experiment', () => {
  it.each(catalogue.map(({ id }) => id))('says what it found out, in both languages: %s', async (id) => {
    const result = await resultOf(id);
    if (!result) throw new Error(`${id} has no result.`);
    const { text, values, figure, keyStep } = result;
    // Each number that was measured is in the sentence of both languages, and nothing else is asked for.
    expect(namesIn(text.zh).sort()).toEqual(namesIn(text.en).sort());
    expect([...new Set(namesIn(text.en))].sort()).toEqual(Object.keys(values).sort());
    for (const [name, { value }] of Object.entries(values)) {
      expect(typeof value !== 'number' || Number.isFinite(value), `${name} is ${value}`).toBe(true);
    }
    expect(text.zh).toMatch(/[\u4e00-\u9fff]/);
    expect(text.en).not.toMatch(/[\u4e00-\u9fff]/);
    expect(figure.title.zh).toMatch(/[\u4e00-\u9fff]/);
    expect(keyStep ?? 0).toBeGreaterThanOrEqual(0);
  });
});
