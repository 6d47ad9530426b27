import { ActionIcon } from '@mantine/core';
import { IconFolderOpen } from '@tabler/icons-react';
import { useWords } from '../../context/context.ts';
import { Tip } from './tip.tsx';

/**
 * Opens the desktop's own box for a file, beside a field where its path can be typed. In a browser, which knows no
 * paths, there is nothing.
 */
export function ChooseFile({ path, choose }: { readonly path: string; readonly choose: (path: string) => void }) {
  const { t } = useWords();
  const bridge = window.pagescope;
  if (!bridge) return undefined;
  const ask = async (): Promise<void> => {
    const chosen = await bridge.chooseFile(t('file.choose'), path);
    if (chosen !== null) choose(chosen);
  };
  return (
    <Tip label={t('file.choose')}>
      <ActionIcon size="sm" variant="subtle" aria-label={t('file.choose')} onClick={() => void ask()}>
        <IconFolderOpen size={15} aria-hidden />
      </ActionIcon>
    </Tip>
  );
}
