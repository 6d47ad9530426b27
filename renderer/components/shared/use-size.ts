import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

interface Size<Of extends HTMLElement> {
  readonly ref: RefObject<Of | null>;
  /** CSS pixels; 0 until it is in the page. */
  readonly width: number;
  readonly height: number;
}

/** The size of an element without border and padding, known when it is first drawn: what depends on it is drawn too. */
export function useSize<Of extends HTMLElement = HTMLDivElement>(): Size<Of> {
  const ref = useRef<Of>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const note = ({ width, height }: { width: number; height: number }): void =>
      setSize((known) => (known.width === width && known.height === height ? known : { width, height }));
    note(element.getBoundingClientRect());
    const resized = new ResizeObserver(([entry]) => entry && note(entry.contentRect));
    resized.observe(element);
    return () => resized.disconnect();
  }, []);
  return { ref, ...size };
}
