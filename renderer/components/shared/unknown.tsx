import { VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../../context/context.ts';

/** In the place of a number that nobody could read: pointed at, or read aloud, it says why. */
export function Unknown({ why, children }: { why: string | undefined; children?: ReactNode }) {
  const { t } = useWords();
  return (
    <span title={why}>
      {children ?? t('processes.unknown')}
      {why && <VisuallyHidden component="span"> ({why})</VisuallyHidden>}
    </span>
  );
}
