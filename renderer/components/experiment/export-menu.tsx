import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconClipboard, IconDownload } from '@tabler/icons-react';
import { useApp, useWords } from '../../app/context.ts';
import { shownSession } from '../../store/store.ts';
import { useExport } from '../use-export.ts';

/** Everything that can be taken away from a session. */
export function ExportMenu() {
  const { t } = useWords();
  const session = useApp(shownSession);
  const { download, copy } = useExport();
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button
          h={32}
          variant="default"
          disabled={session === undefined}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          {t('export.title')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconDownload size={15} aria-hidden />} onClick={() => void download()}>
          {t('export.download')}
        </Menu.Item>
        <Menu.Item leftSection={<IconClipboard size={15} aria-hidden />} onClick={() => void copy()}>
          {t('export.copy')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
