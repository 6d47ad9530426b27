import i18next, { type i18n } from 'i18next';
import type { Language } from '../../protocol/language.ts';
import type { Text } from '../../protocol/text.ts';
import { type Format, formatFor } from './format.ts';
import type { TextKey, Texts, Translate } from './texts.ts';

/** The texts of each language: a window loads those that it shows. */
const texts: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: async () => (await import('./en.ts')).en,
  zh: async () => (await import('./zh.ts')).zh,
};

/** Makes ready to speak; it is silent until `speak` has loaded the texts of a language. */
export function createI18n(): i18n {
  const instance = i18next.createInstance();
  void instance.init({
    initAsync: false,
    // React escapes.
    interpolation: { escapeValue: false },
    resources: {},
  });
  return instance;
}

/** Speaks a language as soon as its texts are there; the one that was asked for last, where several were. */
export async function speak(instance: i18n, language: Language): Promise<void> {
  wanted.set(instance, language);
  if (!instance.hasResourceBundle(language, namespace))
    instance.addResourceBundle(language, namespace, await texts[language]());
  if (wanted.get(instance) === language) await instance.changeLanguage(language);
}

/** i18next's own name for texts that have no other. */
const namespace = 'translation';
const wanted = new WeakMap<i18n, Language>();

/** Everything that turns data into words of a language. */
export interface Words {
  readonly t: Translate;
  readonly language: Language;
  readonly format: Format;
  /** A text that came with both languages. */
  pick(text: Text): string;
}

/** The words of a language whose texts have been loaded. What has no values in it is looked up once. */
export function wordsIn(instance: i18n, language: Language): Words {
  const translate = instance.getFixedT(language);
  const known = new Map<TextKey, string>();
  const plain = (key: TextKey): string => {
    const text = known.get(key) ?? translate(key);
    known.set(key, text);
    return text;
  };
  return {
    t: (key, values) => (values ? translate(key, values) : plain(key)),
    language,
    format: formatFor(language),
    pick: (text) => text[language],
  };
}

/** The language of a first visit. */
export function preferredLanguage(tags: readonly string[]): Language {
  const known = tags.map((tag) => tag.toLowerCase().split('-')[0]).find((tag) => tag === 'en' || tag === 'zh');
  return known === 'zh' ? 'zh' : 'en';
}
