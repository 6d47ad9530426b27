import { Button } from '@mantine/core';
import { IconChevronUp, IconPlus } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { workbenchSession } from '../../store/store.ts';
import { hasRegions, isOpen } from '../../store/workbench-selectors.ts';
import head from '../experiment/experiment-head.module.css';
import { Reopen } from '../log/reopen.tsx';
import { ExportMenu } from '../shared/export-menu.tsx';
import page from '../shared/page.module.css';
import { Problems } from '../shared/problems.tsx';
import { Waiting } from '../shared/waiting.tsx';
import { BenchWorkspace } from './bench-workspace.tsx';
import { KeysHelp } from './keys-help.tsx';
import { PresetsMenu } from './presets-menu.tsx';
import { RegionForm } from './region-form.tsx';
import { useToolKeys } from './use-tool-keys.ts';

/** Regions that are mapped and acted on by hand. */
export function WorkbenchPage() {
  const { t } = useWords();
  const { workbench } = useActions();
  const session = useApp((state) => workbenchSession(state)?.id);
  const open = useApp(isOpen);
  const mapped = useApp(hasRegions);
  const state = useApp((app) => workbenchSession(app)?.state ?? 'ready');
  const started = useApp((app) => workbenchSession(app)?.started !== undefined);
  const opening = useApp((state) => state.bench.opening);
  const placement = useApp((state) => state.settings.workbenchPlacement);
  const [wanted, setWanted] = useState(false);
  const [keys, setKeys] = useState(false);
  const showKeys = useCallback(() => setKeys(true), []);
  useToolKeys(showKeys);
  const ended = started && !open && !opening;
  const form = !mapped || wanted;
  return (
    <div className={page.page}>
      <header className={head.head}>
        <div className={head.row}>
          <div className={head.words}>
            <h1 className={head.title}>{t('workbench.title')}</h1>
            <span className={head.state} role="status" data-state={opening ? 'running' : state}>
              {opening ? t('workbench.opening') : <Where />}
            </span>
            <p className={head.summary}>{t('workbench.summary')}</p>
          </div>
          <div className={head.controls}>
            {(ended || (session === undefined && !opening)) && (
              <Button h={32} onClick={() => void workbench.reopen({ placement })}>
                {t('workbench.again')}
              </Button>
            )}
            <PresetsMenu />
            <Reopen />
            <ExportMenu />
            {mapped && !ended && (
              <Button
                h={32}
                variant={form ? 'default' : 'filled'}
                aria-expanded={form}
                leftSection={form ? <IconChevronUp size={15} aria-hidden /> : <IconPlus size={15} aria-hidden />}
                onClick={() => setWanted(!form)}
              >
                {t(form ? 'workbench.region.close' : 'workbench.region.add')}
              </Button>
            )}
          </div>
        </div>
      </header>
      <Problems />
      {session !== undefined && form && !ended && <RegionForm onDone={() => setWanted(false)} />}
      {session !== undefined ? (
        <BenchWorkspace session={session} onKeys={showKeys} />
      ) : (
        opening && <Waiting text={t('workbench.opening')} />
      )}
      <KeysHelp opened={keys} onClose={() => setKeys(false)} />
    </div>
  );
}

/** Where the workbench lives, in a few words. */
function Where() {
  const { t } = useWords();
  const session = useApp(workbenchSession);
  if (!session?.started) return t('state.ready');
  const { placement, pid } = session.started;
  return `${t(`state.${session.state}`)} · ${t(`workbench.placement.${placement}`)}, ${t('status.pid', { pid })}`;
}
