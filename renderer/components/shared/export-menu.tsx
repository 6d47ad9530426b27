import { Button, Menu } from '@mantine/core';
import { IconBraces, IconChevronDown, IconClipboard, IconDeviceFloppy, IconDownload } from '@tabler/icons-react';
import { useApp, useWords } from '../../context/context.ts';
import { sessionPlace, shownSession } from '../../store/store.ts';
import { useExport } from './use-export.ts';

const icon = { size: 15, 'aria-hidden': true } as const;

/** Everything that can be taken away from a session. */
export function ExportMenu() {
  const { t } = useWords();
  const session = useApp(shownSession);
  const bench = useApp((state) => sessionPlace(state) === 'workbench');
  const { downloadReport, copyReport, downloadProgram, saveSession } = useExport();
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
        {bench && (
          <Menu.Item leftSection={<IconDeviceFloppy {...icon} />} onClick={() => void saveSession()}>
            {t('log.file.save')}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconDownload {...icon} />} onClick={() => void downloadReport()}>
          {t('export.download')}
        </Menu.Item>
        <Menu.Item leftSection={<IconClipboard {...icon} />} onClick={() => void copyReport()}>
          {t('export.copy')}
        </Menu.Item>
        <Menu.Item leftSection={<IconBraces {...icon} />} onClick={() => void downloadProgram()}>
          {t('log.file.program')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
