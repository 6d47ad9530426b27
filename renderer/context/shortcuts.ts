import { type RefObject, useEffect } from 'react';
import { useActions, useApp } from './context.ts';

/** The keys of the run controls, as tooltips show them. */
export const shortcutKeys = { toggle: 'Space', step: 'S', stop: 'Shift+S' } as const;

/** Where letters are typed or chosen by. */
const typing =
  'input, textarea, select, [role="listbox"] [role="option"], [role="dialog"], [role="menu"], [contenteditable]';
/** What Space and Enter press. */
const pressed = 'button, a, summary, [role="listbox"], [role="tab"], [role="slider"], [role="separator"]';

/** Whether a letter that is pressed here is text, or chooses from a list. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(typing) !== null;

/** Whether what is pressed here is about a field, or a dialog. */
export const isField = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, select, [contenteditable], [role="dialog"]') !== null;

/** The buttons that run and act. Who clicked one of them goes on with the keys of the window. */
const controls = 'header button, [role="toolbar"] button';

/** What was focused by the pointer. */
let clicked: Element | undefined;

function noteClick({ detail }: MouseEvent): void {
  // A key that presses a button makes a click too, of no press of the pointer.
  clicked = detail > 0 ? (document.activeElement ?? undefined) : undefined;
}
const forgetClick = (): void => {
  clicked = undefined;
};

/** Whether Space or Enter presses what has the keys. Space does not press a control that was clicked before. */
export const isPressed = ({ target, key }: KeyboardEvent): boolean => {
  const element = target instanceof Element ? target.closest(pressed) : null;
  return element !== null && !(key === ' ' && element === clicked && element.matches(controls));
};

/** A browser takes back text of a field that was left; here Ctrl Z is never about what has not the keys. */
function keepText(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && !isField(event.target)) {
    event.preventDefault();
  }
}

/** Heard of everywhere, before any key. */
export function useClicks(): void {
  useEffect(() => {
    window.addEventListener('keydown', keepText);
    window.addEventListener('click', noteClick, true);
    window.addEventListener('focusout', forgetClick, true);
    return () => {
      window.removeEventListener('keydown', keepText);
      window.removeEventListener('click', noteClick, true);
      window.removeEventListener('focusout', forgetClick, true);
    };
  }, []);
}

/** The key that leads to the search of the list that is shown. */
export const searchKey = '/';

/** Leads that key, from anywhere in the window but where letters are typed, into a field. */
export function useSearchKey(field: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== searchKey || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || !field.current) return;
      field.current.focus();
      field.current.select();
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [field]);
}

/** The run controls from anywhere in the window, while it shows the experiment that they run. */
export function useShortcuts(): void {
  const actions = useActions();
  const shown = useApp((state) => state.place.kind === 'experiment');
  useEffect(() => {
    if (!shown) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (isTyping(event.target)) return;
      if (event.key === ' ' && !isPressed(event)) void actions.toggle();
      else if (event.key === 's') void actions.step();
      else if (event.key === 'S') void actions.stop();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [actions, shown]);
}
