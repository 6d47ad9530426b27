import { type FocusEvent, type KeyboardEvent, type ReactNode, useLayoutEffect, useRef } from 'react';

interface Props {
  readonly label: string;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

const buttonsOf = (toolbar: HTMLElement): HTMLButtonElement[] => [...toolbar.querySelectorAll('button')];

/** Which of so many is meant by a key. */
function moved(key: string, at: number, count: number): number | undefined {
  if (key === 'ArrowRight') return (at + 1) % count;
  if (key === 'ArrowLeft') return (at + count - 1) % count;
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : undefined;
}

/** Buttons in a row, of which Tab stops at one: arrows, Home and End lead to the others. (WAI-ARIA: toolbar) */
export function Toolbar({ label, className, children }: Props) {
  const toolbar = useRef<HTMLDivElement>(null);
  const stop = useRef<Element | null>(null);
  const setStops = () => {
    if (!toolbar.current) return;
    const buttons = buttonsOf(toolbar.current);
    if (!buttons.some((button) => button === stop.current)) stop.current = buttons[0] ?? null;
    for (const button of buttons) button.tabIndex = button === stop.current ? 0 : -1;
  };
  useLayoutEffect(setStops);
  const onFocus = ({ target }: FocusEvent) => {
    stop.current = target.closest('button');
    setStops();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const buttons = buttonsOf(event.currentTarget);
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    const wanted = at === -1 ? undefined : moved(event.key, at, buttons.length);
    if (wanted === undefined) return;
    buttons[wanted]?.focus();
    event.preventDefault();
  };
  return (
    <div ref={toolbar} role="toolbar" aria-label={label} className={className} onFocus={onFocus} onKeyDown={onKeyDown}>
      {children}
    </div>
  );
}
