import type { GridView } from './grid-view.ts';
import type { Point } from './layout.ts';
import type { Modifiers } from './selection.ts';

/** So much of a wheel, or of a pinch, is one rung of the ladder, in units of deltaY. */
const wheelRung = 60;

/** Pointer, wheel and keyboard of one grid. Returns what detaches them. */
export function attachInput(element: HTMLElement, view: GridView): () => void {
  const listeners = new AbortController();
  const options = { signal: listeners.signal };
  let drag: { kind: 'select' | 'pan'; last: Point; moved: boolean } | undefined;
  let turned = 0;

  const pointOf = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  element.addEventListener(
    'pointerdown',
    (event) => {
      const at = pointOf(event);
      const pans = event.button === 1 || (event.button === 0 && event.altKey);
      if (!pans && event.button !== 0) return;
      element.focus({ preventScroll: true });
      element.setPointerCapture(event.pointerId);
      drag = { kind: pans ? 'pan' : 'select', last: at, moved: false };
      if (!pans) view.pick(at, modifiersOf(event));
      event.preventDefault();
    },
    options,
  );
  element.addEventListener(
    'pointermove',
    (event) => {
      const at = pointOf(event);
      view.hover(at);
      if (!drag) return;
      if (drag.kind === 'pan') view.scroll(drag.last.y - at.y);
      // A hand that trembles does not drag.
      else if (!drag.moved && Math.hypot(at.x - drag.last.x, at.y - drag.last.y) < 4) return;
      else view.dragTo(at);
      drag = { ...drag, last: at, moved: true };
    },
    options,
  );
  const end = () => {
    drag = undefined;
  };
  element.addEventListener('pointerup', end, options);
  element.addEventListener('pointercancel', end, options);
  element.addEventListener('pointerleave', () => view.hover(undefined), options);
  element.addEventListener(
    'wheel',
    (event) => {
      // A pinch on a touchpad comes as a wheel with Ctrl, in small steps.
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        turned += event.deltaY;
        if (Math.abs(turned) < wheelRung) return;
        view.zoom(turned < 0, pointOf(event));
        turned = 0;
      } else if (view.scroll(event.deltaY)) event.preventDefault();
    },
    { ...options, passive: false },
  );
  element.addEventListener(
    'keydown',
    (event) => {
      if (handleKey(event, view)) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
    options,
  );
  // The cursor's ring shows whether keys come here.
  element.addEventListener('focus', () => view.refresh(), options);
  element.addEventListener('blur', () => view.refresh(), options);
  return () => listeners.abort();
}

const modifiersOf = (event: MouseEvent | KeyboardEvent): Modifiers => ({
  extend: event.shiftKey,
  keep: event.ctrlKey || event.metaKey,
});

function handleKey(event: KeyboardEvent, view: GridView): boolean {
  const modifiers = modifiersOf(event);
  if (view.key(event.key, modifiers)) return true;
  if (modifiers.keep) {
    if (event.key === ' ') view.toggle();
    else if (event.key.toLowerCase() === 'a') view.selectAll();
    else return false;
    return true;
  }
  const commands = new Map<string, () => void>([
    ['Escape', () => view.clear()],
    ['+', () => view.zoom(true)],
    ['=', () => view.zoom(true)],
    ['-', () => view.zoom(false)],
    ['g', () => view.askWhere()],
    ['G', () => view.askWhere()],
    ['0', () => view.fit()],
  ]);
  const command = commands.get(event.key);
  command?.();
  return command !== undefined;
}
