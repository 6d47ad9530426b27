import { describe, expect, it } from 'vitest';
import { en } from '../../../renderer/i18n/en.ts';
import { formatFor, pageAddress } from '../../../renderer/i18n/format.ts';
import { createI18n, speak } from '../../../renderer/i18n/i18n.ts';
import { zh } from '../../../renderer/i18n/zh.ts';
import { flat } from '../../support/said.ts';

const [english, chinese] = [flat(en), flat(zh)];
const placeholders = (text: string) => [...text.matchAll(/{{\s*(\w+)/g)].map(([, name]) => name).sort();

describe('the texts of the two languages', () => {
  it('have the same keys, singular forms aside', () => {
    expect([...chinese.keys()]).toEqual([...english.keys()].filter((key) => !key.endsWith('_one')));
  });

  it('have the same placeholders', () => {
    for (const [key, text] of chinese) expect(placeholders(text), key).toEqual(placeholders(english.get(key) ?? ''));
  });

  it('are none of them empty, and Chinese is Chinese', () => {
    const names = new Set([
      'app.name',
      'app.titleWithState',
      'recordings.compare.claim',
      'status.pid',
      'status.rate',
      'status.lockedOf',
      'status.kernel',
    ]);
    for (const [key, text] of chinese) {
      expect(text, key).not.toBe('');
      // A text of nothing but values has no language, nor has the name of a key.
      const words = text.replaceAll(/{{.*?}}/g, '').trim();
      const named = names.has(key) || /^keys\.\w+$/.test(key);
      if (words !== '' && !named) expect(words, key).toMatch(/\p{Script=Han}/u);
    }
  });

  it('are those of one language, until another is spoken', async () => {
    const i18n = createI18n();
    await speak(i18n, 'en');
    const { t } = i18n;
    expect(t('pages.count', { count: 1 })).toBe('1 page');
    expect(t('pages.count', { count: 4096 })).toBe('4,096 pages');
    expect(i18n.hasResourceBundle('zh', 'translation')).toBe(false);
    await Promise.all([speak(i18n, 'zh'), speak(i18n, 'en'), speak(i18n, 'zh')]);
    expect(t('pages.count', { count: 1 })).toBe('1 页');
  });
});

describe('numbers', () => {
  const format = formatFor('en');

  it.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [4096, '4 KiB'],
    [1536, '1.5 KiB'],
    [64 * 1024 ** 3, '64 GiB'],
    [1023.9 * 1024, '1,024 KiB'],
  ])('show %d bytes as %s', (bytes, text) => {
    expect(format.bytes(bytes)).toBe(text);
  });

  it.each([
    [0, '0 ns'],
    [999, '999 ns'],
    [1240, '1.24 µs'],
    [35_800, '35.8 µs'],
    [370e6, '370 ms'],
    [5.65e9, '5.65 s'],
    [1.5e12, '1,500 s'],
  ])('show %d ns as %s', (ns, text) => {
    expect(format.duration(ns)).toBe(text);
  });

  it('and lists are written as the language does', () => {
    expect([formatFor('en').listSeparator, formatFor('zh').listSeparator]).toEqual([', ', '、']);
    expect(formatFor('zh').number(262_144)).toBe('262,144');
    expect(formatFor('zh').compact(262_144)).toBe('26.2万');
    expect([0, 4096].map(formatFor('zh').bytes)).toEqual(['0 字节', '4 KiB']);
  });

  it('are kept apart in a list as the language does', () => {
    expect([formatFor('en').listSeparator, formatFor('zh').listSeparator]).toEqual([', ', '、']);
  });

  it('keep every bit of an address', () => {
    expect(pageAddress('0xffffffff81000000', 3, 4096)).toBe('0xffffffff81003000');
  });
});
