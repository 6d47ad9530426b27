import { app } from 'electron';
import type { Language } from '../protocol/language.ts';
import type { Text } from '../protocol/text.ts';

/** The language of the desktop: menu and boxes belong to it, while the page remembers its own. */
export const desktopLanguage = (): Language => (app.getLocale().startsWith('zh') ? 'zh' : 'en');

/** A text in the language of the desktop. */
export const said = (text: Text): string => text[desktopLanguage()];
