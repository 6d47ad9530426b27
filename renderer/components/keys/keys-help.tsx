import { useFocusReturn } from '@mantine/hooks';
import { lazy, Suspense, useEffect, useState } from 'react';
import { isTyping } from '../../context/shortcuts.ts';

const KeysList = lazy(() => import('./keys-list.tsx'));

/** Every key of the window; the question mark opens it, wherever one is. */
export function KeysHelp() {
  const [opened, setOpened] = useState<boolean>();
  // The list is loaded by being opened: it comes too late to note what had the focus.
  useFocusReturn({ opened: opened === true });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== '?' || event.defaultPrevented || event.ctrlKey || event.altKey || isTyping(event.target))
        return;
      setOpened(true);
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return opened === undefined ? undefined : (
    <Suspense>
      <KeysList opened={opened} onClose={() => setOpened(false)} />
    </Suspense>
  );
}
