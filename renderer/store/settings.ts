import { z } from 'zod';
import { placementSchema } from '../../protocol/experiment.ts';
import type { Language } from '../../protocol/language.ts';
import { maxPaceMs } from '../../protocol/rates.ts';
import { languageSchema } from '../../protocol/text.ts';

/** 64 steps then last five seconds: slow enough to watch, fast enough not to wait. */
export const defaultPaceMs = 80;

/**
 * What the person chose and wants to find again; what is missing or makes no sense (an older version wrote it) is its
 * default.
 */
const settingsSchema = (language: Language) =>
  z.object({
    language: languageSchema.catch(language),
    theme: z.enum(['dark', 'light']).catch('dark'),
    paceMs: z.number().min(0).max(maxPaceMs).catch(defaultPaceMs),
    placement: z.enum(['automatic', 'inline', 'isolated']).catch('automatic'),
    /** In its own process a workbench can have any size, and lock everything that it has. */
    workbenchPlacement: placementSchema.catch('isolated'),
  });

export type Settings = z.infer<ReturnType<typeof settingsSchema>>;
export type Theme = Settings['theme'];

const storageKey = 'pagescope.settings';

export const defaultSettings = (language: Language): Settings => settingsSchema(language).parse({});

/** The remembered settings. `language` is the one of a first visit. */
export function loadSettings(storage: Pick<Storage, 'getItem'>, language: Language): Settings {
  try {
    const stored: unknown = JSON.parse(storage.getItem(storageKey) ?? '{}');
    return settingsSchema(language).catch(defaultSettings(language)).parse(stored);
  } catch {
    // Storage is denied or holds something that is not JSON.
    return defaultSettings(language);
  }
}

export function saveSettings(storage: Pick<Storage, 'setItem'>, settings: Settings): void {
  try {
    storage.setItem(storageKey, JSON.stringify(settings));
  } catch {
    // A full or denied storage costs the memory of a choice, not the choice.
  }
}
