import { ActionIcon, TextInput, Tooltip, UnstyledButton } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { type KeyboardEvent, memo, useCallback, useState } from 'react';
import type { RegionInfo } from '../../../protocol/events.ts';
import { regionNameSchema } from '../../../protocol/mapping.ts';
import type { LegendEntry } from '../../canvas/palette.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { noPages, type PageSet } from '../../store/pages/page-set.ts';
import { isOpen, newestRefusal } from '../../store/workbench-selectors.ts';
import { RegionCard } from '../page-map/region-card.tsx';
import { nameOf } from '../shared/region-name.ts';
import { RefusedAction } from './refused-action.tsx';
import { VmaStrip } from './vma-strip.tsx';
import classes from './workbench.module.css';

interface Props {
  readonly session: number;
  readonly region: RegionInfo;
  readonly active: boolean;
  readonly filter: LegendEntry | undefined;
}

/** A region that can be acted on, named and unmapped. */
export const BenchRegion = memo(function BenchRegion({ session, region, active, filter }: Props) {
  const { workbench } = useActions();
  const { id } = region;
  const selection = useApp((state) => state.bench.selections.get(id) ?? noPages);
  const refused = useApp((state) => {
    const step = newestRefusal(state);
    return step?.region === id ? step : undefined;
  });
  const open = useApp(isOpen);
  const turn = useCallback(() => workbench.turnTo(id), [workbench, id]);
  const select = useCallback((pages: PageSet) => workbench.select(id, pages), [workbench, id]);
  return (
    <RegionCard
      session={session}
      region={region}
      title={undefined}
      released={false}
      filter={filter}
      active={active}
      onTurn={turn}
      selection={selection}
      onSelect={select}
      heading={<RegionName region={region} fixed={!open} />}
      actions={open && <RemoveButton region={region} />}
    >
      <VmaStrip session={session} region={region} />
      {refused && <RefusedAction step={refused} />}
    </RegionCard>
  );
});

const RemoveButton = memo(function RemoveButton({ region }: { region: RegionInfo }) {
  const { t } = useWords();
  const { workbench } = useActions();
  const remove = t('workbench.region.remove', { name: nameOf(region) });
  return (
    <Tooltip label={remove}>
      <ActionIcon size={24} ml={6} aria-label={remove} onClick={() => void workbench.removeRegion(region.id)}>
        <IconTrash size={14} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
});

/**
 * The region's name; pressing it makes it a field. A renamed one keeps its letter beside its name: steps and C go by
 * that.
 */
const RegionName = memo(function RegionName({ region, fixed }: { region: RegionInfo; fixed: boolean }) {
  const { t } = useWords();
  const { workbench } = useActions();
  const [draft, setDraft] = useState<string>();
  const name = nameOf(region);
  const letter = region.name !== undefined && <span className={classes.letter}>{region.label}</span>;
  if (fixed) {
    return (
      <h3 className={classes.regionName}>
        {t('pages.region', { label: name })}
        {letter}
      </h3>
    );
  }
  if (draft === undefined) {
    return (
      <h3 className={classes.regionName}>
        <UnstyledButton
          className={classes.rename}
          aria-label={t('workbench.region.rename', { name })}
          onClick={() => setDraft(name)}
        >
          {t('pages.region', { label: name })}
          <IconPencil size={12} aria-hidden />
        </UnstyledButton>
        {letter}
      </h3>
    );
  }
  const right = regionNameSchema.safeParse(draft).success;
  const keep = (): void => {
    const wanted = draft.trim();
    if (right && wanted !== name) void workbench.renameRegion(region.id, wanted);
    setDraft(undefined);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && right) keep();
    if (event.key === 'Escape') setDraft(undefined);
  };
  return (
    <TextInput
      size="xs"
      w={160}
      autoFocus
      aria-label={t('workbench.region.renameField')}
      value={draft}
      error={!right}
      maxLength={40}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      onBlur={keep}
    />
  );
});
