import { Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import {
  addressOf,
  addressOfFiles,
  addressOfGuide,
  addressOfHome,
  addressOfLimits,
  addressOfProcess,
  addressOfProcesses,
  addressOfRecordings,
  addressOfWorkbench,
} from '../../context/address.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { isActive } from '../../store/session/session.ts';
import { shownSession } from '../../store/store.ts';
import { benchRegion } from '../../store/workbench-selectors.ts';
import { useGuideSearch } from '../guide/use-guide-search.ts';
import { askForKeys } from '../keys/keys.ts';
import { callOf, toolEntries } from '../tools/tools.ts';
import { findActions, wordsOf } from './find-actions.ts';
import { Notices } from './notices.tsx';
import { searchStore } from './search-store.ts';
import { useExportActions } from './use-export-actions.ts';
import { useClaimActions, useFindSteps } from './use-session-finds.ts';
import { useSettingActions } from './use-setting-actions.ts';

/** ⌘K or Ctrl-K: every view and every action that can be done now, by name; typed words find what is explained, too. */
export default function SearchView() {
  const { t, pick } = useWords();
  const actions = useActions();
  const catalogue = useApp((state) => state.catalogue) ?? [];
  const here = useApp((app) => app.place.kind === 'experiment');
  const atBench = useApp((app) => app.place.kind === 'workbench' && benchRegion(app) !== undefined);
  const state = useApp((app) => shownSession(app)?.state);
  const exports = useExportActions();
  const claims = useClaimActions();
  const settings = useSettingActions();
  const findSteps = useFindSteps();
  const [notices, setNotices] = useState(false);
  const guide = useGuideSearch();
  const active = state !== undefined && isActive(state);
  const act = (id: string, label: string, onClick: () => void) => ({ id, label, onClick });
  const runActions = [
    ...(active ? [] : [act('run', t('run.run'), () => void actions.run())]),
    ...(state === 'running' ? [act('pause', t('run.pause'), () => void actions.pause())] : []),
    ...(state === 'paused' ? [act('resume', t('run.resume'), () => void actions.resume())] : []),
    ...(state === 'running' ? [] : [act('step', t('run.step'), () => void actions.step())]),
    ...(active ? [act('stop', t('run.stop'), () => void actions.stop())] : []),
  ];
  const listed: SpotlightActionGroupData[] = [
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
        ...(['all', 'locks'] as const).map((view) => ({
          id: `processes-${view}`,
          label: t(view === 'all' ? 'processes.title' : 'processes.locksTitle'),
          description: t(view === 'all' ? 'processes.summary' : 'processes.locksSummary'),
          keywords: ['Processes', '进程', 'VmLck', 'RSS', 'top', 'pid', 'locked', '锁定'],
          onClick: () => {
            location.hash = addressOfProcesses(view);
          },
        })),
        {
          id: 'files',
          label: t('files.title'),
          description: t('files.summary'),
          keywords: ['Files', '文件', 'page cache', '页缓存', 'cachestat', 'fincore', 'vmtouch', 'evict', '逐出'],
          onClick: () => {
            location.hash = addressOfFiles();
          },
        },
        {
          id: 'recordings',
          label: t('recordings.title'),
          description: t('recordings.summary'),
          keywords: ['Recordings', '录制', 'runs', '.pagescope'],
          onClick: () => {
            location.hash = addressOfRecordings();
          },
        },
      ],
    },
    {
      group: t('app.explained'),
      actions: [
        {
          id: 'guide',
          label: t('guide.title'),
          keywords: ['Guide', '指南', 'help', 'docs', '帮助'],
          onClick: () => {
            location.hash = addressOfGuide();
          },
        },
      ],
    },
    ...exports,
    {
      group: t('app.actions'),
      actions: [
        act('home', t('home.title'), () => {
          location.hash = addressOfHome;
        }),
        ...(here ? runActions : []),
        ...(state === undefined || !here
          ? []
          : [
              act('present', t('presentation.enter'), () =>
                window.dispatchEvent(new KeyboardEvent('keydown', { key: 'F11' })),
              ),
            ]),
        act('keys', `${t('keys.title')} (?)`, askForKeys),
        act('notices', t('notices.title'), () => setNotices(true)),
      ],
    },
  ];
  const processNamed = (words: readonly string[]): SpotlightActionGroupData[] => {
    const pid = /^\d{1,7}$/.test(words.join(' ')) ? Number(words[0]) : 0;
    if (pid === 0) return [];
    const turn = act(`process-${pid}`, t('process.untold', { pid }), () => {
      location.hash = addressOfProcess(pid);
    });
    return [{ group: t('app.machine'), actions: [turn] }];
  };
  // Listed only when they are asked for: there are many.
  const found = [settings, claims, ...guide];
  return (
    <>
      <Spotlight
        store={searchStore}
        actions={listed}
        filter={(query, all) => {
          const words = wordsOf(query);
          if (words.length === 0) return all;
          return [...findActions(words, [...listed, ...found]), ...findSteps(words), ...processNamed(words)];
        }}
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
