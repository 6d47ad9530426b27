import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkValues, choice, integer } from '../../../lab/experiment-kit/parameters.ts';
import { experimentIds } from '../../../lab/experiments/catalogue.ts';
import { ProblemError } from '../../../protocol/problem.ts';
import { problemOf, TestLab } from '../../support/harness.ts';

const names = 'pages, access, order, stride, seed';
const namesZh = names.replaceAll(', ', '、');

/** What is asked for, and the sentence that refuses it in both languages. */
const refused: [
  what: string,
  request: { experiment: string; parameters?: Record<string, string | number> },
  en: string,
  zh: string,
][] = [
  [
    'an experiment that there is not',
    { experiment: 'last-touch' },
    `There is no experiment "last-touch"; there is ${experimentIds.join(', ')}.`,
    `没有名为 “last-touch” 的实验；可用的实验有 ${experimentIds.join('、')}。`,
  ],
  [
    'a parameter that there is not',
    { experiment: 'first-touch', parameters: { page: 4 } },
    `first-touch has no parameter "page"; it has ${names}.`,
    `first-touch 没有名为 “page” 的参数；可用的参数有 ${namesZh}。`,
  ],
  [
    'a name that every object has',
    { experiment: 'first-touch', parameters: { toString: 4 } },
    `first-touch has no parameter "toString"; it has ${names}.`,
    `first-touch 没有名为 “toString” 的参数；可用的参数有 ${namesZh}。`,
  ],
  [
    'a word for a number',
    { experiment: 'first-touch', parameters: { pages: 'many' } },
    'pages is "many", which is not a whole number; give one from 1 to 16777216.',
    'pages 的值 “many” 不是整数；请给出 1 到 16777216 之间的整数。',
  ],
  [
    'a fraction',
    { experiment: 'first-touch', parameters: { pages: 4.5 } },
    'pages is "4.5", which is not a whole number; give one from 1 to 16777216.',
    'pages 的值 “4.5” 不是整数；请给出 1 到 16777216 之间的整数。',
  ],
  [
    'an empty value',
    { experiment: 'first-touch', parameters: { seed: '' } },
    'seed is "", which is not a whole number; give one from 0 to 2147483647.',
    'seed 的值 “” 不是整数；请给出 0 到 2147483647 之间的整数。',
  ],
  [
    'a number below the bounds',
    { experiment: 'first-touch', parameters: { pages: 0 } },
    'pages is 0, which is out of bounds; give a number from 1 to 16777216.',
    'pages 的值 0 超出范围；请给出 1 到 16777216 之间的数。',
  ],
  [
    'a number above the bounds',
    { experiment: 'first-touch', parameters: { stride: '1048577' } },
    'stride is 1048577, which is out of bounds; give a number from 2 to 1048576.',
    'stride 的值 1048577 超出范围；请给出 2 到 1048576 之间的数。',
  ],
  [
    'a choice that there is not',
    { experiment: 'first-touch', parameters: { access: 'execute' } },
    'access is "execute", which is not one of its choices; choose write, read.',
    'access 的值 “execute” 不在可选范围内；可选值有 write、read。',
  ],
];

describe('bad input', () => {
  it.each(refused)('refuses %s in one sentence that says what to give', async (_what, request, en, zh) => {
    await using lab = new TestLab();
    expect(await problemOf(lab.start(request))).toEqual({ kind: 'bad-input', text: { en, zh } });
    expect(lab.reader.events).toEqual([]);
  });
});

describe('parameter values', () => {
  const text = { en: '', zh: '' };
  const described = { title: text, description: text };
  const parameters = {
    count: integer({ ...described, minimum: -3, maximum: 40, default: 5 }),
    colour: choice({
      ...described,
      choices: [
        { value: 'red', title: text },
        { value: 'blue', title: text },
      ],
      default: 'blue',
    }),
  };

  it('are the defaults where nothing is given', () => {
    expect(checkValues('test', parameters, {})).toEqual({ count: 5, colour: 'blue' });
  });

  it('may be decimal text, as the command line gives it', () => {
    expect(checkValues('test', parameters, { count: ' -3', colour: 'red' })).toEqual({ count: -3, colour: 'red' });
  });

  it('are within their declaration or refused as bad input, whatever is given', () => {
    const value = fc.oneof(fc.string(), fc.double(), fc.integer({ min: -9, max: 50 }), fc.integer().map(String));
    const given = fc.record({ count: value, colour: fc.oneof(value, fc.constant('red')) }, { requiredKeys: [] });
    fc.assert(
      fc.property(given, (values) => {
        try {
          const { count, colour } = checkValues('test', parameters, values);
          expect(Number.isInteger(count) && count >= -3 && count <= 40).toBe(true);
          expect(['red', 'blue']).toContain(colour);
        } catch (error) {
          expect(error instanceof ProblemError && error.problem.kind).toBe('bad-input');
        }
      }),
    );
  });
});
