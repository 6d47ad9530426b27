import { ActionIcon, Button, NumberInput, Popover, TextInput } from '@mantine/core';
import { IconCornerDownLeft } from '@tabler/icons-react';
import { type FormEvent, type KeyboardEvent, memo, useId, useState } from 'react';
import type { RegionInfo } from '../../../protocol/events.ts';
import { PageFlag } from '../../../protocol/flags.ts';
import { maxActionRuns } from '../../../protocol/workbench.ts';
import { useActions, useApp, usePages, useStoreState, useWords } from '../../context/context.ts';
import {
  allPages,
  inverted,
  noPages,
  oneInEvery,
  type PageSet,
  pagesWhere,
  runCount,
} from '../../store/pages/page-set.ts';
import { workbenchSession } from '../../store/store.ts';
import { parseTypedPages, type TypedPagesProblem } from '../../store/workbench/typed-pages.ts';
import { mappedRegions, selectionOf } from '../../store/workbench-selectors.ts';
import { focusGrid } from '../page-map/focus-grid.ts';
import { nameOf } from '../shared/region-name.ts';
import { Tip } from '../shared/tip.tsx';
import { Toolbar } from '../shared/toolbar.tsx';
import classes from './workbench.module.css';

interface Props {
  readonly session: number;
  readonly region: RegionInfo;
}

/** What is selected in the region that tools act on, and every way to select but pointing. */
export const SelectionBar = memo(function SelectionBar({ session, region }: Props) {
  const { t } = useWords();
  const { workbench } = useActions();
  const pages = usePages();
  const state = useStoreState();
  const select = (set: PageSet) => workbench.select(region.id, set);
  const where = (holds: (byte: number) => boolean) => () =>
    select(pagesWhere(pages.region(session, region.id)?.flags ?? new Uint8Array(0), holds));
  const resident = (byte: number) => (byte & PageFlag.Resident) !== 0;
  const choice = (label: string, onClick: () => void) => (
    <Button size="compact-xs" variant="subtle" color="gray" onClick={onClick}>
      {label}
    </Button>
  );
  return (
    <section className={classes.selection} data-panel="selection" aria-label={t('workbench.select.title')}>
      <RangeField region={region} />
      <Toolbar className={classes.choices} label={t('workbench.select.title')}>
        {choice(t('workbench.select.all'), () => select(allPages(region.pages)))}
        {choice(t('workbench.select.none'), () => select(noPages))}
        {choice(t('workbench.select.invert'), () => select(inverted(selectionOf(state(), region.id), region.pages)))}
        {choice(t('workbench.select.resident'), where(resident))}
        {choice(
          t('workbench.select.absent'),
          where((byte) => !resident(byte)),
        )}
        {choice(
          t('workbench.select.locked'),
          where((byte) => (byte & PageFlag.Locked) !== 0),
        )}
        <EveryNth pages={region.pages} onSelect={select} />
      </Toolbar>
      <Selected region={region} />
    </section>
  );
});

/** How many pages are selected, and where. */
function Selected({ region }: { region: RegionInfo }) {
  const { t, format } = useWords();
  const selected = useApp((state) => selectionOf(state, region.id));
  const several = useApp((state) => {
    const bench = workbenchSession(state);
    return bench !== undefined && mappedRegions(bench).length > 1;
  });
  return (
    <span className={classes.selected} role="status">
      {selected.count === 0 ? (
        <span className={classes.faint}>{t('workbench.select.nothing')}</span>
      ) : (
        <>
          <strong>{t('workbench.select.count', { count: selected.count, total: format.number(region.pages) })}</strong>
          {runCount(selected) > 1 && <> {t('pages.selectedRuns', { count: runCount(selected) })}</>}
        </>
      )}
      {several && ` ${t('workbench.select.of', { name: nameOf(region) })}`}
    </span>
  );
}

function RangeField({ region }: { region: RegionInfo }) {
  const { t } = useWords();
  const { workbench } = useActions();
  const say = useRangeProblem(region.pages);
  const [text, setText] = useState('');
  const [said, setSaid] = useState<{ wrong: boolean; sentence: string }>();
  const noteId = useId();
  const apply = (event: FormEvent): void => {
    event.preventDefault();
    const result = parseTypedPages(text, region.pages);
    if ('problem' in result) {
      setSaid({ wrong: true, sentence: say(result.problem) });
      return;
    }
    workbench.select(region.id, result.pages);
    setSaid(result.overlapped ? { wrong: false, sentence: t('workbench.range.overlapped') } : undefined);
    // What is said is seen while the field has the keys.
    if (!result.overlapped) focusGrid(region.id);
  };
  // Letters typed after it are tools, not text.
  const leave = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') focusGrid(region.id);
  };
  return (
    <form className={classes.range} onSubmit={apply} noValidate>
      <Tip label={t('workbench.range.hint')}>
        <TextInput
          size="xs"
          aria-label={t('workbench.range.label')}
          placeholder="0-15,32"
          value={text}
          error={said?.wrong === true}
          aria-describedby={said ? noteId : undefined}
          spellCheck={false}
          autoComplete="off"
          onKeyDown={leave}
          rightSection={
            <ActionIcon type="submit" size={20} aria-label={t('workbench.range.apply')}>
              <IconCornerDownLeft size={13} aria-hidden />
            </ActionIcon>
          }
          onChange={(event) => {
            setText(event.currentTarget.value);
            setSaid(undefined);
          }}
        />
      </Tip>
      {said && (
        <p id={noteId} className={classes.said} data-wrong={said.wrong || undefined} role="alert">
          {said.sentence}
        </p>
      )}
    </form>
  );
}

function useRangeProblem(pages: number): (problem: TypedPagesProblem) => string {
  const { t } = useWords();
  return (problem) => {
    if (problem.kind === 'empty') return t('workbench.range.empty');
    if (problem.kind === 'tooMany') return t('workbench.range.tooMany', { runs: problem.runs, most: maxActionRuns });
    return t(`workbench.range.${problem.kind}`, { part: problem.part, last: pages - 1 });
  };
}

/** One page in n of the whole region: what the classroom's lock exercises ask for. */
function EveryNth({ pages, onSelect }: { pages: number; onSelect: (set: PageSet) => void }) {
  const { t } = useWords();
  const [opened, setOpened] = useState(false);
  const [every, setEvery] = useState<string | number>(2);
  const [offset, setOffset] = useState<string | number>(0);
  const [n, first] = [Number(every), Number(offset)];
  const right =
    every !== '' &&
    offset !== '' &&
    Number.isInteger(n) &&
    Number.isInteger(first) &&
    n >= 1 &&
    first >= 0 &&
    first < pages;
  const apply = (event: FormEvent): void => {
    event.preventDefault();
    if (!right) return;
    onSelect(oneInEvery(allPages(pages), n, first));
    setOpened(false);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus withRoles>
      <Popover.Target>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setOpened((open) => !open)}>
          {t('workbench.select.every')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('workbench.select.every')}>
        <form className={classes.every} onSubmit={apply} noValidate>
          <NumberInput
            label={t('workbench.select.everyN')}
            value={every}
            min={1}
            clampBehavior="none"
            onChange={setEvery}
          />
          <NumberInput
            label={t('workbench.select.everyOffset')}
            value={offset}
            min={0}
            clampBehavior="none"
            onChange={setOffset}
          />
          <Button type="submit">{t('workbench.select.everyApply')}</Button>
          {!right && (
            <p className={classes.wrong} role="alert">
              {t('workbench.select.everyWrong')}
            </p>
          )}
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
