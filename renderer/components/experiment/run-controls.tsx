import { ActionIcon, Button } from '@mantine/core';
import {
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerSkipForwardFilled,
  IconPlayerStopFilled,
} from '@tabler/icons-react';
import type { ExperimentDescriptor } from '../../../protocol/experiment.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { shortcutKeys } from '../../context/shortcuts.ts';
import { parameterValues } from '../../store/parameters.ts';
import { isActive } from '../../store/session/session.ts';
import { shownSession } from '../../store/store.ts';
import { Tip } from '../shared/tip.tsx';
import classes from './run-controls.module.css';

/** Run, which becomes Pause and Resume; Step; Stop. */
export function RunControls({ experiment }: { experiment: ExperimentDescriptor }) {
  const { t } = useWords();
  const actions = useActions();
  const starting = useApp((state) => state.starting);
  const lost = useApp((state) => state.connection.status === 'lost');
  const state = useApp((app) => shownSession(app)?.state);
  const valid = useApp((app) => parameterValues(experiment.parameters, app.drafts[experiment.id]) !== undefined);
  const active = state !== undefined && isActive(state) && !starting && !lost;
  const canStart = experiment.available && valid && !starting && !lost;
  const name = starting || !active ? 'run' : state === 'running' ? 'pause' : 'resume';
  const Icon = name === 'pause' ? IconPlayerPauseFilled : IconPlayerPlayFilled;
  const hint = (label: string, key: string) => (valid || active ? `${label} (${key})` : t('parameter.fix'));
  return (
    <fieldset className={classes.controls} aria-label={t('run.controls')}>
      <Button
        className={classes.run ?? ''}
        // Filled only where a run waits to be started.
        variant={state === undefined ? 'filled' : 'default'}
        disabled={!active && !canStart}
        leftSection={<Icon size={14} aria-hidden />}
        aria-keyshortcuts={shortcutKeys.toggle}
        onClick={() => void actions.toggle()}
      >
        {t(`run.${name}`)}
      </Button>
      <Tip label={hint(t('run.stepHint'), shortcutKeys.step)}>
        <ActionIcon
          size={32}
          disabled={active ? state === 'running' : !canStart}
          aria-label={t('run.step')}
          aria-keyshortcuts={shortcutKeys.step}
          onClick={() => void actions.step()}
        >
          <IconPlayerSkipForwardFilled size={16} aria-hidden />
        </ActionIcon>
      </Tip>
      <Tip label={hint(t('run.stop'), shortcutKeys.stop)}>
        <ActionIcon
          size={32}
          disabled={!active}
          aria-label={t('run.stop')}
          aria-keyshortcuts={shortcutKeys.stop}
          onClick={() => void actions.stop()}
        >
          <IconPlayerStopFilled size={16} aria-hidden />
        </ActionIcon>
      </Tip>
    </fieldset>
  );
}
