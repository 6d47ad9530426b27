/** The languages that Pagescope speaks. */
export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

/** BCP 47 tags, for `Intl` and for what says which language a page is in. */
export const localeOf: Record<Language, string> = { en: 'en-US', zh: 'zh-CN' };
