import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { addressOf, addressOfLimits, addressOfWorkbench } from '../../context/address.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { isActive } from '../../store/session/session.ts';
import { shownSession } from '../../store/store.ts';
import { benchRegion } from '../../store/workbench-selectors.ts';
import { useExport } from '../shared/use-export.ts';
import { callOf, toolEntries } from '../tools/tools.ts';
import { Notices } from './notices.tsx';

/** ⌘K or Ctrl-K: every experiment and every action that can be done now, by name. */
export function Search() {
  const { t, pick, language } = useWords();
  const actions = useActions();
  const catalogue = useApp((state) => state.catalogue) ?? [];
  const theme = useApp((state) => state.settings.theme);
  const here = useApp((app) => app.place.kind === 'experiment');
  const atBench = useApp((app) => app.place.kind === 'workbench' && benchRegion(app) !== undefined);
  const state = useApp((app) => shownSession(app)?.state);
  const { downloadReport, copyReport } = useExport();
  const [notices, setNotices] = useState(false);
  const active = state !== undefined && isActive(state);
  const act = (id: string, label: string, onClick: () => void) => ({ id, label, onClick });
  const runActions = [
    ...(active ? [] : [act('run', t('run.run'), () => void actions.run())]),
    ...(state === 'running' ? [act('pause', t('run.pause'), () => void actions.pause())] : []),
    ...(state === 'paused' ? [act('resume', t('run.resume'), () => void actions.resume())] : []),
    ...(state === 'running' ? [] : [act('step', t('run.step'), () => void actions.step())]),
    ...(active ? [act('stop', t('run.stop'), () => void actions.stop())] : []),
  ];
  const groups: SpotlightActionGroupData[] = [
    {
      group: t('app.experiments'),
      actions: catalogue.map((experiment) => ({
        id: `experiment-${experiment.id}`,
        label: pick(experiment.title),
        description: pick(experiment.summary),
        keywords: [experiment.id, experiment.title.en, experiment.title.zh],
        onClick: () => {
          location.hash = addressOf(experiment.id);
        },
      })),
    },
    {
      group: t('workbench.title'),
      actions: [
        {
          id: 'workbench',
          label: t('workbench.title'),
          description: t('workbench.summary'),
          keywords: ['Workbench', '工作台', 'mmap', 'mlock', 'madvise', 'region'],
          onClick: () => {
            location.hash = addressOfWorkbench;
          },
        },
        ...(atBench
          ? [...toolEntries.values()].map(({ id, tool, key }) => ({
              id: `tool-${id}`,
              label: key ? `${t(`workbench.tools.${id}`)} (${key})` : t(`workbench.tools.${id}`),
              description: callOf(tool),
              onClick: () => void actions.workbench.act(tool),
            }))
          : []),
      ],
    },
    {
      group: t('app.machine'),
      actions: [
        {
          id: 'limits',
          label: t('limits.title'),
          description: t('limits.summary'),
          keywords: ['mlock', 'RLIMIT_MEMLOCK', 'ulimit', 'CAP_IPC_LOCK', 'Limits', '限制'],
          onClick: () => {
            location.hash = addressOfLimits();
          },
        },
      ],
    },
    {
      group: t('app.actions'),
      actions: [
        ...(here ? runActions : []),
        ...(state === undefined || !here
          ? []
          : [
              act('download', t('export.download'), () => void downloadReport()),
              act('copy', t('export.copy'), () => void copyReport()),
            ]),
        act('theme', t(theme === 'dark' ? 'app.toLight' : 'app.toDark'), () =>
          actions.changeSettings({ theme: theme === 'dark' ? 'light' : 'dark' }),
        ),
        act('notices', t('notices.title'), () => setNotices(true)),
        act('language', language === 'en' ? '切换到中文' : 'Switch to English', () =>
          actions.changeSettings({ language: language === 'en' ? 'zh' : 'en' }),
        ),
      ],
    },
  ];
  return (
    <>
      <Spotlight
        actions={groups}
        shortcut="mod + K"
        tagsToIgnore={[]}
        nothingFound={t('app.nothingFound')}
        highlightQuery
        attributes={{ content: { 'aria-label': t('app.search') } }}
        size="lg"
        searchProps={{
          leftSection: <IconSearch size={16} aria-hidden />,
          placeholder: t('app.searchHint'),
          'aria-label': t('app.search'),
        }}
      />
      <Notices opened={notices} onClose={() => setNotices(false)} />
    </>
  );
}
