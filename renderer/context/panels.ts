import { useEffect } from 'react';

/** The parts of the window that F6 leads to, in the order of the page; what is not shown is left out. */
function panels(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('nav, main > header, [data-panel]')].filter(
    (panel) => panel.getClientRects().length > 0 && focusIn(panel) !== undefined,
  );
}

/** What in a part has the keys first: its pages, the tab that is chosen, else whatever comes first. */
function focusIn(panel: HTMLElement): HTMLElement | undefined {
  const first = ['[role="application"]', '[role="tab"][aria-selected="true"]', anything]
    .flatMap((wanted) => [...panel.querySelectorAll<HTMLElement>(wanted)])
    .find((element) => element.tabIndex >= 0 && element.getClientRects().length > 0);
  return first ?? (panel.tabIndex >= 0 ? panel : undefined);
}

const anything = 'a[href], button:enabled, input:enabled, select:enabled, [tabindex]';

/** F6 goes to the next part of the window, Shift F6 to the one before, as in other programs with several. */
export function usePanelKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'F6' || event.ctrlKey || event.altKey || event.metaKey) return;
      // A dialog keeps the keys.
      if (event.target instanceof Element && event.target.closest('[role="dialog"]')) return;
      const all = panels();
      const at = all.findLastIndex((panel) => panel.contains(document.activeElement));
      const next = event.shiftKey ? (at < 0 ? all.length : at) - 1 : at + 1;
      const panel = all.at(next % Math.max(1, all.length));
      if (panel) focusIn(panel)?.focus();
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
