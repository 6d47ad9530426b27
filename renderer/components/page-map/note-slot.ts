import { createContext } from 'react';

/** Where the facts of the page under the pointer are told: in place of the caption, so that they cover no cells. */
export const NoteSlot = createContext<HTMLElement | null>(null);
