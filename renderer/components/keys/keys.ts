/** The keys by where they are heard, in the order in which help lists them. */
export const keyGroups = {
  everywhere: ['search', 'help', 'panels', 'undo'],
  experiment: ['toggle', 'step', 'stop', 'present'],
  pages: ['move', 'extend', 'keep', 'all', 'zoom', 'goTo'],
  mappings: ['expand', 'openPages'],
  film: ['playhead', 'range', 'live', 'filmZoom'],
} as const;

/** What asks for the list of keys: the key that a person would press. */
export function askForKeys(): void {
  window.dispatchEvent(new KeyboardEvent('keydown', { key: '?' }));
}
