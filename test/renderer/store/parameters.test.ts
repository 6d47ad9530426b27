import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../../protocol/experiment.ts';
import { fieldProblem, parameterValues } from '../../../renderer/store/parameters.ts';

const text = (en: string) => ({ en, zh: en });
const pages: Parameter = {
  kind: 'integer',
  name: 'pages',
  title: text('Pages'),
  description: text(''),
  minimum: 1,
  maximum: 100,
  default: 64,
};
const order: Parameter = {
  kind: 'choice',
  name: 'order',
  title: text('Order'),
  description: text(''),
  choices: [{ value: 'random', title: text('random') }],
  default: 'random',
};

describe('a number field', () => {
  it.each(['', ' ', '-', 'abc', '1.5', '0x', 'NaN', 'Infinity', 1.5, Number.NaN])(
    'takes %j for no whole number',
    (value) => {
      expect(fieldProblem(pages, value)).toBe('notANumber');
    },
  );

  it.each([0, 101, '-3', '99999999999999999999'])('takes %j for out of bounds', (value) => {
    expect(fieldProblem(pages, value)).toBe('outOfBounds');
  });

  it.each([1, 100, '7'])('takes %j', (value) => {
    expect(fieldProblem(pages, value)).toBeUndefined();
  });
});

it('refuses a choice that is not in the list', () => {
  expect(fieldProblem(order, 'alphabetical')).toBe('notAChoice');
});

it('fills in defaults and turns digits into numbers', () => {
  expect(parameterValues([pages, order], { pages: '8' })).toEqual({ pages: 8, order: 'random' });
  expect(parameterValues([pages, order], undefined)).toEqual({ pages: 64, order: 'random' });
});

it('has no values while a field is wrong', () => {
  expect(parameterValues([pages, order], { pages: '' })).toBeUndefined();
});
