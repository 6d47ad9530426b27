import { expect, it } from 'vitest';
import { preferredLanguage } from '../../../renderer/i18n/i18n.ts';
import { defaultSettings, loadSettings, saveSettings } from '../../../renderer/store/settings.ts';

const holding = (text: string | null) => ({ getItem: () => text });

it('starts dark, in the language of the first visit', () => {
  expect(loadSettings(holding(null), 'zh')).toEqual(defaultSettings('zh'));
  expect(defaultSettings('zh')).toMatchObject({ language: 'zh', theme: 'dark', placement: 'automatic' });
});

it('finds again what was saved', () => {
  let stored: string | null = null;
  const chosen = { ...defaultSettings('en'), theme: 'light' as const, paceMs: 5 };
  saveSettings(
    {
      setItem(_key, value) {
        stored = value;
      },
    },
    chosen,
  );
  expect(loadSettings(holding(stored), 'zh')).toEqual(chosen);
});

it.each(['not JSON', '[]', '7', 'null', '{"theme":"pink","paceMs":-1,"language":"fr","placement":{}}'])(
  'takes the defaults for %s',
  (text) => {
    expect(loadSettings(holding(text), 'en')).toEqual(defaultSettings('en'));
  },
);

it('keeps what makes sense beside what does not', () => {
  expect(loadSettings(holding('{"theme":"light","paceMs":"fast"}'), 'en')).toEqual({
    ...defaultSettings('en'),
    theme: 'light',
  });
});

it('lives without a storage', () => {
  const denied = () => {
    throw new Error('denied');
  };
  expect(loadSettings({ getItem: denied }, 'en')).toEqual(defaultSettings('en'));
  expect(() => saveSettings({ setItem: denied }, defaultSettings('en'))).not.toThrow();
});

it('takes the first language that it speaks', () => {
  expect(preferredLanguage(['fr-FR', 'zh-TW', 'en'])).toBe('zh');
  expect(preferredLanguage(['en-GB', 'zh'])).toBe('en');
  expect(preferredLanguage([])).toBe('en');
});
