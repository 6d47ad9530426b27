import type { Language } from '../protocol/language.ts';

/**
 * The language of the surroundings, as locale(7) orders the variables: Chinese for any `zh` locale, English otherwise.
 */
export function languageOf(environment: NodeJS.ProcessEnv = process.env): Language {
  const locale = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '';
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
