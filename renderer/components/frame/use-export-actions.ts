import type { SpotlightActionGroupData } from '@mantine/spotlight';
import { useApp, useWords } from '../../context/context.ts';
import { shownSession } from '../../store/store.ts';
import { useExport } from '../shared/use-export.ts';

/** What can be taken away from the session that is shown. */
export function useExportActions(): SpotlightActionGroupData[] {
  const { t } = useWords();
  const shown = useApp((state) => shownSession(state) !== undefined);
  const bench = useApp((state) => shownSession(state)?.started?.experiment === 'workbench');
  const { downloadReport, downloadAs, copyLink, copyReport, downloadProgram, saveSession } = useExport();
  if (!shown) return [];
  const act = (id: string, label: string, onClick: () => Promise<unknown>, ...keywords: string[]) => ({
    id: `export-${id}`,
    label,
    keywords: ['export', 'save', '导出', '保存', ...keywords],
    onClick: () => void onClick(),
  });
  return [
    {
      group: t('export.title'),
      actions: [
        ...(bench ? [act('session', t('log.file.save'), saveSession)] : []),
        act('json', t('export.download'), downloadReport, 'JSON', 'report'),
        act('copy', t('export.copy'), copyReport, 'clipboard'),
        ...(bench ? [] : [act('link', t('export.copyLink'), copyLink)]),
        act('c', t('log.file.program'), downloadProgram, 'C program'),
        ...(['html', 'md', 'png', 'svg', 'strace'] as const).map((format) =>
          act(format, t(`export.as.${format}`), () => downloadAs(format), format),
        ),
      ],
    },
  ];
}
