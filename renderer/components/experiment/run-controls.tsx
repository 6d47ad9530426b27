import { ActionIcon, Button, Group, Tooltip } from '@mantine/core';
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

/** Run, which becomes Pause and Resume; Step; Stop. */
export function RunControls({ experiment }: { experiment: ExperimentDescriptor }) {
  const { t } = useWords();
  const actions = useActions();
  const starting = useApp((state) => state.starting);
  const state = useApp((app) => shownSession(app)?.state);
  const valid = useApp((app) => parameterValues(experiment.parameters, app.drafts[experiment.id]) !== undefined);
  const active = state !== undefined && isActive(state);
  const canStart = experiment.available && valid && !starting;
  const name = state === 'running' ? 'pause' : state === 'paused' ? 'resume' : 'run';
  const Icon = name === 'pause' ? IconPlayerPauseFilled : IconPlayerPlayFilled;
  const hint = (label: string, key: string) => (valid || active ? `${label} (${key})` : t('parameter.fix'));
  return (
    <Group gap={6} wrap="nowrap" role="group" aria-label={t('run.controls')}>
      <Tooltip label={hint(t(`run.${name}`), shortcutKeys.toggle)}>
        <Button
          size="sm"
          h={32}
          miw={104}
          loading={starting}
          disabled={!active && !canStart}
          leftSection={<Icon size={15} aria-hidden />}
          aria-keyshortcuts={shortcutKeys.toggle}
          onClick={() => void actions.toggle()}
        >
          {t(`run.${name}`)}
        </Button>
      </Tooltip>
      <Tooltip label={hint(t('run.stepHint'), shortcutKeys.step)}>
        <Button
          size="sm"
          h={32}
          px={12}
          variant="default"
          disabled={active ? state === 'running' : !canStart}
          leftSection={<IconPlayerSkipForwardFilled size={14} aria-hidden />}
          aria-keyshortcuts={shortcutKeys.step}
          onClick={() => void actions.step()}
        >
          {t('run.step')}
        </Button>
      </Tooltip>
      <Tooltip label={hint(t('run.stop'), shortcutKeys.stop)}>
        <ActionIcon
          size={32}
          variant="default"
          disabled={!active}
          aria-label={t('run.stop')}
          aria-keyshortcuts={shortcutKeys.stop}
          onClick={() => void actions.stop()}
        >
          <IconPlayerStopFilled size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
