import { VisuallyHidden } from '@mantine/core';
import { useWords } from '../../context/context.ts';

/** In the place of a number that nobody could read: pointed at, or read aloud, it says why. */
export function Unknown({ why }: { why: string | undefined }) {
  const { t } = useWords();
  return (
    <span title={why}>
      {t('processes.unknown')}
      {why && <VisuallyHidden component="span"> ({why})</VisuallyHidden>}
    </span>
  );
}
