import { ActionIcon, Tabs, Tooltip } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import type { ExperimentDescriptor } from '../../../protocol/experiment.ts';
import { useApp, useWords } from '../../context/context.ts';
import { shownSession } from '../../store/store.ts';
import tabbed from '../shared/tabbed-panel.module.css';
import { useCopy } from '../shared/use-export.ts';
import { Claims } from './claims.tsx';
import { Program } from './program.tsx';
import classes from './results-panel.module.css';
import { useProgram } from './use-program.ts';

/** What a run proved, and the C that does the same. */
export function ResultsPanel({ experiment }: { experiment: ExperimentDescriptor }) {
  const { t } = useWords();
  const [tab, setTab] = useState<string | null>('claims');
  const program = useProgram(tab === 'program');
  const copy = useCopy();
  return (
    <section className={tabbed.panel} aria-label={`${t('claims.title')} · ${t('program.title')}`}>
      <Tabs
        value={tab}
        onChange={setTab}
        keepMounted={false}
        classNames={{ root: tabbed.tabs ?? '', list: tabbed.list ?? '' }}
      >
        <Tabs.List>
          <Tabs.Tab value="claims">
            <h2 className={tabbed.title}>{t('claims.title')}</h2>
            <ClaimsSummary total={experiment.claims.length} />
          </Tabs.Tab>
          <Tabs.Tab value="program">
            <h2 className={tabbed.title}>{t('program.title')}</h2>
          </Tabs.Tab>
        </Tabs.List>
        {tab === 'program' && program !== undefined && (
          <Tooltip label={t('program.copy')}>
            <ActionIcon
              className={classes.copy ?? ''}
              aria-label={t('program.copy')}
              onClick={() => void copy(program, t('export.programCopied'))}
            >
              <IconCopy size={15} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
        <Tabs.Panel value="claims" className={classes.body ?? ''} tabIndex={0}>
          <Claims experiment={experiment} />
        </Tabs.Panel>
        <Tabs.Panel value="program" className={classes.body ?? ''}>
          <Program text={program} />
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}

function ClaimsSummary({ total }: { total: number }) {
  const { t } = useWords();
  const claims = useApp((state) => shownSession(state)?.claims);
  if (!claims || claims.size === 0) return undefined;
  const all = [...claims.values()];
  const failed = all.some(({ status }) => status === 'failed');
  const held = all.filter(({ status }) => status === 'held').length;
  return (
    <span className={classes.summary} data-failed={failed || undefined} data-all={held === total || undefined}>
      {t('claims.summary', { held, total })}
    </span>
  );
}
