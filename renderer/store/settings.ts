import { z } from 'zod';
import { placementSchema } from '../../protocol/experiment.ts';
import type { Language } from '../../protocol/language.ts';
import { maxPaceMs } from '../../protocol/rates.ts';
import { languageSchema } from '../../protocol/text.ts';

/** 64 steps then last five seconds: slow enough to watch, fast enough not to wait. */
export const defaultPaceMs = 80;

/** The waits that are offered, ms: from none to as long as the engine takes, finer where runs are watched. */
export const paces = [0, 5, 10, 20, 40, 80, 150, 300, 600, 1000, 2000, 5000] as const;

/**
 * What the person chose and wants to find again; what is missing or makes no sense (an older version wrote it) is its
 * default.
 */
const settingsSchema = (language: Language) =>
  z.object({
    language: languageSchema.catch(language),
    /** `system`: as the desktop has it. */
    theme: z.enum(['dark', 'light', 'system']).catch('dark'),
    paceMs: z.number().min(0).max(maxPaceMs).catch(defaultPaceMs),
    placement: z.enum(['automatic', 'inline', 'isolated']).catch('automatic'),
    /** In its own process a workbench can have any size, and lock everything that it has. */
    workbenchPlacement: placementSchema.catch('isolated'),
  });

export type Settings = z.infer<ReturnType<typeof settingsSchema>>;
/** How the window is drawn. */
export type Theme = Exclude<Settings['theme'], 'system'>;

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
