import { describe, expect, it } from 'vitest';
import { parameterSchema } from '../../protocol/experiment.ts';
import { presets } from '../../protocol/presets.ts';
import { actionSchema } from '../../protocol/workbench.ts';

const find = (id: string) => {
  const found = presets.find((preset) => preset.id === id);
  if (!found) throw new Error(`there is no preset ${id}`);
  return found;
};

/** Every parameter at one end of its bounds; a choice at its first or last. */
function atEnd(id: string, end: 'minimum' | 'maximum'): Record<string, number | string> {
  const values = find(id).parameters.map((parameter) => {
    if (parameter.kind === 'integer') return [parameter.name, parameter[end]];
    if (parameter.kind !== 'choice') return [parameter.name, parameter.default];
    return [parameter.name, parameter.choices.at(end === 'minimum' ? 0 : -1)?.value];
  });
  return Object.fromEntries(values);
}

describe('presets', () => {
  it('have ids of their own, and words in both languages', () => {
    expect(new Set(presets.map(({ id }) => id)).size).toBe(presets.length);
    for (const { title, summary, parameters } of presets) {
      for (const text of [title, summary, ...parameters.flatMap((each) => [each.title, each.description])])
        expect(text.zh).toMatch(/[\u4e00-\u9fff]/);
    }
  });

  for (const { id, parameters, actions } of presets) {
    it(`${id}: is actions that the workbench takes, with the defaults and at both ends of the bounds`, () => {
      for (const parameter of parameters) expect(parameterSchema.parse(parameter)).toEqual(parameter);
      for (const values of [{}, atEnd(id, 'minimum'), atEnd(id, 'maximum')]) {
        const made = actions(values);
        for (const action of made) expect(actionSchema.parse(action)).toEqual(action);
        const added = made.filter(({ kind }) => kind === 'add').length;
        for (const action of made) if (action.kind === 'act') expect(action.region).toBeLessThanOrEqual(added);
      }
    });
  }

  it('lock every n-th page of a range', () => {
    const values = { pages: 32, every: 5, first: 3, last: 19 };
    const [, lock] = find('every-nth').actions(values);
    expect(lock).toMatchObject({ kind: 'act', tool: { kind: 'mlock' }, pages: [3, 1, 8, 1, 13, 1, 18, 1] });
    const [, all] = find('every-nth').actions({ ...values, every: 1 });
    expect(all).toMatchObject({ pages: [3, 17] });
  });

  it('say in a sentence what is wrong with a value', () => {
    const wrong: [string, Record<string, number | string>, string][] = [
      ['every-nth', { last: 64 }, 'Pages 0 to 64 are no range of a region of 64 pages (0 to 63)'],
      ['every-nth', { first: 9, last: 8 }, 'Pages 9 to 8 are no range'],
      ['every-nth', { every: 0 }, 'every is 0, which is out of bounds; give a number from 1 to 4096.'],
      ['every-nth', { pages: 'many' }, 'pages is "many", which is not a whole number'],
      ['lock-then-drop', { half: 'third' }, 'half is "third", which is not one of its choices; choose second, first.'],
      ['on-fault', { n: 3 }, 'on-fault has no parameter "n"; it has pages, every.'],
    ];
    for (const [id, values, sentence] of wrong) expect(() => find(id).actions(values)).toThrow(sentence);
  });
});
