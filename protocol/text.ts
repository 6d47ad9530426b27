import { z } from 'zod';
import { languages } from './language.ts';

/** A text that a person reads, in every language that Pagescope speaks. Side by side, so that neither is forgotten. */
export const textSchema = z.object({ en: z.string(), zh: z.string() });
export type Text = z.infer<typeof textSchema>;

export const languageSchema = z.enum(languages);
