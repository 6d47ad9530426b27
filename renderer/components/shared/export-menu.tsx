import { ActionIcon, Menu } from '@mantine/core';
import {
  IconBraces,
  IconClipboard,
  IconDeviceFloppy,
  IconDownload,
  IconFileTypeHtml,
  IconLink,
  IconMarkdown,
  IconPhoto,
  IconShare2,
  IconTable,
  IconTerminal2,
  IconVector,
} from '@tabler/icons-react';
import { csvTables } from '../../../protocol/report-formats.ts';
import { bucketsOf } from '../../../protocol/result.ts';
import { useApp, useWords } from '../../context/context.ts';
import { shownSession } from '../../store/store.ts';
import { useExport } from './use-export.ts';

const icon = { size: 15, 'aria-hidden': true } as const;

const formats = [
  { format: 'html', Icon: IconFileTypeHtml },
  { format: 'md', Icon: IconMarkdown },
  { format: 'png', Icon: IconPhoto },
  { format: 'svg', Icon: IconVector },
  { format: 'strace', Icon: IconTerminal2 },
] as const;

/** Everything that can be taken away from a session. */
export function ExportMenu() {
  const { t } = useWords();
  const none = useApp((state) => shownSession(state) === undefined);
  const figure = useApp((state) => shownSession(state)?.result?.figure);
  const histogram = figure && bucketsOf(figure).length > 0;
  const tables = csvTables.filter((table) => table !== 'histogram' || histogram);
  const bench = useApp((state) => shownSession(state)?.started?.experiment === 'workbench');
  const { downloadReport, downloadAs, copyLink, copyReport, downloadProgram, saveSession } = useExport();
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon size={32} aria-label={t('export.title')} title={t('export.title')} disabled={none}>
          <IconShare2 size={17} aria-hidden />
        </ActionIcon>
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
        {!bench && (
          <Menu.Item leftSection={<IconLink {...icon} />} onClick={() => void copyLink()}>
            {t('export.copyLink')}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconBraces {...icon} />} onClick={() => void downloadProgram()}>
          {t('log.file.program')}
        </Menu.Item>
        <Menu.Divider />
        {formats.map(({ format, Icon }) => (
          <Menu.Item key={format} leftSection={<Icon {...icon} />} onClick={() => void downloadAs(format)}>
            {t(`export.as.${format}`)}
          </Menu.Item>
        ))}
        <Menu.Sub>
          <Menu.Sub.Target>
            <Menu.Sub.Item leftSection={<IconTable {...icon} />}>{t('export.as.csv')}</Menu.Sub.Item>
          </Menu.Sub.Target>
          <Menu.Sub.Dropdown>
            {tables.map((table) => (
              <Menu.Item key={table} onClick={() => void downloadAs('csv', table)}>
                {t(`export.table.${table}`)}
              </Menu.Item>
            ))}
          </Menu.Sub.Dropdown>
        </Menu.Sub>
      </Menu.Dropdown>
    </Menu>
  );
}
