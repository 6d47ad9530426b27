import { ActionIcon, Button, Popover, TextInput, UnstyledButton } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { type KeyboardEvent, memo, useCallback, useState } from 'react';
import type { RegionInfo } from '../../../protocol/events.ts';
import { regionNameSchema } from '../../../protocol/mapping.ts';
import { useActions, useApp, useStoreState, useWords } from '../../context/context.ts';
import { noPages, type PageSet } from '../../store/pages/page-set.ts';
import { benchRegion, isOpen } from '../../store/workbench-selectors.ts';
import { focusGrid } from '../page-map/focus-grid.ts';
import { RegionCard } from '../page-map/region-card.tsx';
import { RegionTitle } from '../page-map/region-title.tsx';
import type { Place } from '../page-map/regions.tsx';
import { nameOf } from '../shared/region-name.ts';
import { Tip } from '../shared/tip.tsx';
import classes from './workbench.module.css';

interface Props {
  readonly session: number;
  readonly region: RegionInfo;
  readonly active: boolean;
  readonly place: Place;
}

/** A region that can be acted on, named and unmapped. */
export const BenchRegion = memo(function BenchRegion({ session, region, active, place }: Props) {
  const { workbench } = useActions();
  const { id } = region;
  const selection = useApp((state) => state.bench.selections.get(id) ?? noPages);
  const open = useApp(isOpen);
  const turn = useCallback(() => workbench.turnTo(id), [workbench, id]);
  const select = useCallback((pages: PageSet) => workbench.select(id, pages), [workbench, id]);
  return (
    <RegionCard
      session={session}
      region={region}
      title={undefined}
      released={false}
      place={place}
      active={active}
      onTurn={turn}
      selection={selection}
      onSelect={select}
      heading={<RegionName region={region} fixed={!open} />}
      actions={open && <RemoveButton region={region} />}
    />
  );
});

/** What is gone goes piece by piece: its popover fades, its card, and what collapses the last region. */
const fadingFrames = 40;

/** Whenever nothing has the keys meanwhile, the pages of another region get them, or the form for a new one. */
function focusWhatIsLeft(left: () => RegionInfo | undefined, frames = fadingFrames): void {
  if (document.activeElement === document.body) {
    const region = left();
    if (region) focusGrid(region.id);
    else document.querySelector<HTMLElement>('main form input')?.focus();
  }
  if (frames > 0) requestAnimationFrame(() => focusWhatIsLeft(left, frames - 1));
}

const RemoveButton = memo(function RemoveButton({ region }: { region: RegionInfo }) {
  const { t } = useWords();
  const { workbench } = useActions();
  const state = useStoreState();
  const [asking, setAsking] = useState(false);
  const name = nameOf(region);
  const remove = t('workbench.region.remove', { name });
  return (
    <Popover opened={asking} onChange={setAsking} position="bottom-start" trapFocus withRoles>
      <Popover.Target>
        <Tip label={remove}>
          <ActionIcon size={18} aria-label={remove} onClick={() => setAsking(!asking)}>
            <IconTrash size={12} aria-hidden />
          </ActionIcon>
        </Tip>
      </Popover.Target>
      <Popover.Dropdown className={classes.asking ?? ''} aria-label={remove}>
        <p>{t('workbench.region.removeLoses')}</p>
        <Button
          onClick={async () => {
            setAsking(false);
            await workbench.removeRegion(region.id);
            focusWhatIsLeft(() => benchRegion(state()));
          }}
        >
          {t('workbench.region.removeYes', { name })}
        </Button>
        <Button variant="default" onClick={() => setAsking(false)}>
          {t('workbench.region.removeNo')}
        </Button>
      </Popover.Dropdown>
    </Popover>
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
      <h2 className={classes.regionName}>
        <RegionTitle name={name} />
        {letter}
      </h2>
    );
  }
  if (draft === undefined) {
    return (
      <h2 className={classes.regionName}>
        <UnstyledButton
          className={classes.rename}
          aria-label={t('workbench.region.rename', { name })}
          onClick={() => setDraft(name)}
        >
          <RegionTitle name={name} />
          <IconPencil size={12} aria-hidden />
        </UnstyledButton>
        {letter}
      </h2>
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
