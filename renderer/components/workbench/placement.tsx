import { Button, Select } from '@mantine/core';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { workbenchSession } from '../../store/store.ts';
import { hasRegions } from '../../store/workbench-selectors.ts';
import { Tip } from '../shared/tip.tsx';
import classes from './region-form.module.css';

/**
 * Which process the workbench lives in: a choice while it has no region, afterwards a fact, and the way out of the main
 * process.
 */
export function PlacementChoice() {
  const { t } = useWords();
  const { workbench } = useActions();
  const placement = useApp((state) => workbenchSession(state)?.started?.placement);
  const opening = useApp((state) => state.bench.opening);
  const wanted = useApp((state) => state.settings.workbenchPlacement);
  const mapped = useApp(hasRegions);
  if (mapped && placement) return <MoveButton />;
  return (
    <Tip label={t('workbench.region.placementHint')}>
      <Select
        className={classes.where ?? ''}
        label={t('workbench.region.placement')}
        value={opening ? wanted : (placement ?? wanted)}
        disabled={opening}
        data={(['isolated', 'inline'] as const).map((value) => ({
          value,
          label: t(`workbench.region.placements.${value}`),
        }))}
        onChange={(chosen) => chosen && chosen !== placement && void workbench.move(chosen)}
      />
    </Tip>
  );
}

/**
 * Moves the workbench, with everything that was done, out of the main process; nothing where it has its own process.
 */
export function MoveButton() {
  const { t } = useWords();
  const { workbench } = useActions();
  const inline = useApp((state) => workbenchSession(state)?.started?.placement === 'inline');
  const opening = useApp((state) => state.bench.opening);
  if (!inline) return undefined;
  return (
    <Tip label={t('workbench.moveHint')}>
      <Button
        h={30}
        mt={22}
        variant="default"
        className={classes.move ?? ''}
        loading={opening}
        onClick={() => void workbench.move('isolated')}
      >
        {t('workbench.move')}
      </Button>
    </Tip>
  );
}
