import { useEffect, useState } from 'react';
import { useApp } from '../../context/context.ts';

/**
 * Whether an experiment is presented: F11, which makes the window as large as the screen as well, begins and ends that;
 * Escape ends it.
 */
export function usePresenting(): boolean {
  const [presenting, setPresenting] = useState(false);
  const here = useApp((state) => state.place.kind === 'experiment');
  useEffect(() => {
    if (!here) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'F11' && !event.repeat) setPresenting((before) => !before);
      // An open card or menu, or a playhead that is held, has the key first.
      else if (event.key === 'Escape' && !event.defaultPrevented) setPresenting(false);
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
      setPresenting(false);
    };
  }, [here]);
  return presenting;
}
