import type { GridView } from './grid-view.ts';
import type { Point } from './layout.ts';

/** How much one notch of a wheel (100 units of deltaY) and one press of plus or minus zoom. */
const wheelZoom = 1.0016;
const keyZoom = 1.4;

/** Pointer, wheel and keyboard of one grid. Returns what detaches them. */
export function attachInput(element: HTMLElement, view: GridView): () => void {
  const listeners = new AbortController();
  const options = { signal: listeners.signal };
  let drag: { kind: 'select' | 'pan'; last: Point } | undefined;

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
      drag = { kind: pans ? 'pan' : 'select', last: at };
      if (!pans) view.pick(at, event.shiftKey);
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
      if (drag.kind === 'pan') view.pan(at.x - drag.last.x, at.y - drag.last.y);
      // A hand that trembles does not drag.
      else if (Math.hypot(at.x - drag.last.x, at.y - drag.last.y) < 4 && view.selection.anchor === undefined) return;
      else view.dragTo(at);
      drag.last = at;
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
      event.preventDefault();
      if (event.shiftKey) view.pan(-event.deltaX - event.deltaY, 0);
      // A pinch on a touchpad comes as a wheel with Ctrl, in small steps.
      else view.zoom(wheelZoom ** (-event.deltaY * (event.ctrlKey ? 6 : 1)), pointOf(event));
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

function handleKey(event: KeyboardEvent, view: GridView): boolean {
  const modified = event.ctrlKey || event.metaKey;
  if (view.key(event.key, event.shiftKey, modified)) return true;
  if (modified) {
    if (event.key.toLowerCase() !== 'a') return false;
    view.selectAll();
    return true;
  }
  const commands = new Map<string, () => void>([
    ['Escape', () => view.clear()],
    ['+', () => view.zoom(keyZoom)],
    ['=', () => view.zoom(keyZoom)],
    ['-', () => view.zoom(1 / keyZoom)],
    ['0', () => view.fit()],
  ]);
  const command = commands.get(event.key);
  command?.();
  return command !== undefined;
}
