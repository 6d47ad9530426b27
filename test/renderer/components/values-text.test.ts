import { expect, it } from 'vitest';
import { valuesText } from '../../../renderer/components/recordings/values-text.ts';
import { formatFor } from '../../../renderer/i18n/format.ts';
import { fakeExperiment } from '../../support/fake-window-service.ts';

const textOf = (values: Record<string, string | number>, known = true) =>
  valuesText(values, known ? fakeExperiment : undefined, (text) => text.en, formatFor('en'));

it('names the parameters of a recording as its experiment does, and by themselves where that is not known', () => {
  expect(textOf({ pages: 4096 })).toBe('Pages 4,096');
  expect(textOf({ pages: 4, mode: 'odd' })).toBe('Pages 4, mode odd');
  expect(textOf({ pages: 4 }, false)).toBe('pages 4');
  expect(textOf({})).toBe('');
});
