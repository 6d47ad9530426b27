import { useEffect } from 'react';
import { useActions, useApp } from './context.ts';

/** The keys of the run controls, as tooltips show them. */
export const shortcutKeys = { toggle: 'Space', step: 'S', stop: 'Shift+S' } as const;

/** Where a key means something else already: fields, buttons (Space presses them), lists and open dialogs. */
const busy =
  'input, textarea, select, button, a, [role="slider"], [role="listbox"], [role="dialog"], [role="menu"], [contenteditable]';

/** The run controls from anywhere in the window, while it shows the experiment that they run. */
export function useShortcuts(): void {
  const actions = useActions();
  const shown = useApp((state) => state.place.kind === 'experiment');
  useEffect(() => {
    if (!shown) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (event.target instanceof Element && event.target.closest(busy)) return;
      if (event.key === ' ') void actions.toggle();
      else if (event.key === 's') void actions.step();
      else if (event.key === 'S') void actions.stop();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [actions, shown]);
}
