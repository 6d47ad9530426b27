import type { Language } from './language.ts';

/** The same data with every text in one language, for JSON that people's programs read. */
export function inLanguage(value: unknown, language: Language): unknown {
  if (Array.isArray(value)) return value.map((each) => inLanguage(each, language));
  if (typeof value !== 'object' || value === null) return value;
  if ('en' in value && 'zh' in value) return value[language];
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inLanguage(each, language)]));
}
