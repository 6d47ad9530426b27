import { expect, it } from 'vitest';
import { resultText } from '../../protocol/result-parts.ts';

const value = (amount: number | null, unit: 'pages' | 'bytes' | 'occurrences' | 'ns-per-page') => ({
  value: amount,
  unit,
});

it('puts a space between a number and the words around it, and none between two Chinese characters', () => {
  const result = {
    text: {
      en: 'Of {pages} the loop took {each}; {bytes} went, {found}.',
      zh: '在 {pages} 中，循环写 {each}；释放 {bytes} 后剩 {pages} 与 {found} 。',
    },
    values: {
      pages: value(1, 'pages'),
      each: value(2400, 'ns-per-page'),
      bytes: value(65_536, 'bytes'),
      found: value(null, 'occurrences'),
    },
  };
  expect(resultText(result, 'en')).toBe('Of 1 page the loop took 2.4 µs a page; 64 KiB went, unknown.');
  expect(resultText(result, 'zh')).toBe('在 1 页中，循环写每页 2.4 µs；释放 64 KiB 后剩 1 页与未知 。');
});
