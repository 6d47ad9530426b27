import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Language } from '../../protocol/language.ts';
import type { Text } from '../../protocol/text.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** BCP 47 tags: for `Intl`, and for the `lang` attribute, which chooses the Chinese glyphs. */

/** Makes the texts ready in `language`. The resources are part of the program, so this is done before it returns. */
export function createI18n(language: Language): i18n {
  const instance = i18next.createInstance();
  void instance.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    initAsync: false,
    // React escapes.
    interpolation: { escapeValue: false },
    resources: { en: { translation: en }, zh: { translation: zh } },
  });
  return instance;
}

/** The language of a first visit. */
export function preferredLanguage(tags: readonly string[]): Language {
  const known = tags.map((tag) => tag.toLowerCase().split('-')[0]).find((tag) => tag === 'en' || tag === 'zh');
  return known === 'zh' ? 'zh' : 'en';
}

export const pick = (text: Text, language: Language): string => text[language];
