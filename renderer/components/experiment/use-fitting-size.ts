import { type RefObject, useLayoutEffect, useRef } from 'react';

/** From large to small; the last is for three lines. */
const sizes = ['large', 'long', 'longest'] as const;

/** Sets the largest size in which all is seen; where none is small enough, the smallest, and the element scrolls. */
function setSize(element: HTMLElement): void {
  for (const size of sizes) {
    element.dataset.size = size;
    // Half a pixel is rounded up.
    if (element.scrollHeight <= element.clientHeight + 1) return;
  }
}

/** Keeps what an element of fixed height says as large as fits, by measuring it: also when one part changes. */
export function useFittingSize(): RefObject<HTMLDivElement | null> {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element) setSize(element);
  });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const again = () => setSize(element);
    const resized = new ResizeObserver(again);
    const changed = new MutationObserver(again);
    resized.observe(element);
    changed.observe(element, { childList: true, characterData: true, subtree: true });
    void document.fonts.ready.then(again);
    return () => {
      resized.disconnect();
      changed.disconnect();
    };
  }, []);
  return ref;
}
