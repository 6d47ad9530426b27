import { VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../../context/context.ts';

/** Several reasons as one, said once each, after the word that they explain. */
export const whyUnknown = (reasons: readonly string[]): string | undefined =>
  [...new Set(reasons.map((reason) => reason.replace(/^(?:unknown: |未知：)/, '')))].join(' ') || undefined;

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
