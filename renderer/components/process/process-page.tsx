import { ActionIcon, Button } from '@mantine/core';
import { IconAlertTriangle, IconX } from '@tabler/icons-react';
import { useCallback, useDeferredValue, useMemo, useRef, useState } from 'react';
import type { RegionInfo } from '../../../protocol/events.ts';
import type { Problem } from '../../../protocol/problem.ts';
import type { TargetMapping } from '../../../protocol/process-look.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { firstIndex } from '../../store/pages/first-index.ts';
import { isLive, regionsAt, type Session, type Target } from '../../store/session/session.ts';
import { targetAtInstant } from '../../store/session/shown-target.ts';
import { currentSession, shownEnvironment, shownSample } from '../../store/store.ts';
import { Caption } from '../experiment/caption.tsx';
import { Split } from '../experiment/experiment-workspace.tsx';
import { HeadlineFrame } from '../experiment/headline.tsx';
import { FilmBand } from '../filmstrip/filmstrip.tsx';
import bar from '../frame/bar.module.css';
import { Bar } from '../frame/bar.tsx';
import { NoteSlot } from '../page-map/note-slot.ts';
import pages from '../page-map/pages.module.css';
import { type Place, Regions } from '../page-map/regions.tsx';
import { SelectableRegion } from '../page-map/selectable-region.tsx';
import { ExportMenu } from '../shared/export-menu.tsx';
import page from '../shared/page.module.css';
import { ProblemLines } from '../shared/problem-lines.tsx';
import { Problems } from '../shared/problems.tsx';
import { nameOf } from '../shared/region-name.ts';
import { Tip } from '../shared/tip.tsx';
import { whyUnknown } from '../shared/unknown.tsx';
import { useProblems } from '../shared/use-problems.ts';
import { Waiting } from '../shared/waiting.tsx';
import { lastPart } from './mapping-rows.ts';
import classes from './process.module.css';
import { ProcessSentence } from './process-sentence.tsx';
import { ProcessSide } from './process-side.tsx';
import { AddressStrip } from './strip.tsx';

/** One process that is not ours: what it locks and holds, its mappings, and the pages of those that are opened. */
export function ProcessPage({ pid }: { readonly pid: number }) {
  const { t } = useWords();
  const actions = useActions();
  const session = useApp((state) => currentSession(state, 'process'));
  const attaching = useApp((state) => state.attaching === pid);
  const target = session?.target;
  const name = target?.process.name;
  const ended = session !== undefined && !isLive(session);
  return (
    <>
      <Bar
        title={name ? t('process.title', { name }) : t('process.untold', { pid })}
        side={target !== undefined}
        sideTitle={t('process.side')}
        state={
          session && (
            <span className={bar.state} role="status" data-state={ended ? 'stopped' : 'open'}>
              <i aria-hidden />
              {t(ended ? 'process.state.ended' : 'process.state.live')} · {t('status.pid', { pid })}
            </span>
          )
        }
      >
        {ended && (
          <Button variant="default" onClick={() => void actions.process.again()}>
            {t('process.again')}
          </Button>
        )}
        <ExportMenu />
      </Bar>
      {session && target ? (
        <ProcessView session={session} target={target} />
      ) : session || attaching ? (
        <Waiting text={t('process.opening', { pid })} />
      ) : (
        <div className={page.page}>
          <h2 className={page.missing}>{t('process.notShown')}</h2>
          <Problems />
        </div>
      )}
    </>
  );
}

/** The same of a session that goes on or of a recording. */
export function ProcessView({ session, target: newest }: { session: Session; target: Target }) {
  const problems = useProblems();
  const instant = useApp((state) => state.instant?.toNs);
  // The playhead goes on while a long list of then is put together.
  const tNs = useDeferredValue(instant);
  const past = targetAtInstant(session, tNs);
  const target = past ?? newest;
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  // The sentence first: what is below it is put together between other work, and not in the task that opens the view.
  const isWhole = useDeferredValue(true, false);
  return (
    <NoteSlot value={slot}>
      <HeadlineFrame onSlot={setSlot} sentence={<Sentence target={target} />}>
        {session.problem?.kind === 'gone' ? (
          <Ended session={session} problem={session.problem} />
        ) : problems.length > 0 ? (
          <ProblemLines problems={problems} />
        ) : (
          <Said target={target} />
        )}
      </HeadlineFrame>
      {isWhole && (
        <>
          <Looked session={session} target={target} tNs={tNs} kept={past !== undefined} />
          <FilmBand session={session} />
        </>
      )}
    </NoteSlot>
  );
}

/** The sentence at the instant that is shown. */
function Sentence({ target: { process } }: { target: Target }) {
  const { t } = useWords();
  const past = useApp((state) => (state.instant ? shownSample(state) : undefined));
  if (!past) return <ProcessSentence row={process} />;
  // Samples tell the sum alone; what it was made of is that of the look where the sum is.
  const unknown = { anonBytes: null, fileBytes: null, shmemBytes: null, swapBytes: past.vmSwap ?? null };
  const parts = past.vmRss === process.rssBytes ? {} : unknown;
  const row = { ...process, ...parts, vmLckBytes: past.vmLck, rssBytes: past.vmRss };
  return <ProcessSentence row={row} why={t('process.past.sumOnly')} />;
}

/** When it ended or executed another program, by the session's time, and which. */
function Ended({ session, problem }: { session: Session; problem: Problem }) {
  const { t, format, pick } = useWords();
  const time = format.duration(session.samples.at(-1)?.tNs ?? 0);
  return <ProblemLines problems={[{ tone: 'warn', title: t('process.after', { time }), text: pick(problem.text) }]} />;
}

/** What was measured that wants watching, else what could not be read, else the look at the playhead. */
function Said({ target }: { target: Target }) {
  const { pick } = useWords();
  const shown = useApp((state) => state.instant !== undefined);
  const said = target.warnings.map(pick).join(' ');
  if (said !== '' && !shown) {
    return (
      <p className={classes.warning} title={said}>
        <IconAlertTriangle size={15} aria-hidden />
        <span>{said}</span>
      </p>
    );
  }
  return <Caption />;
}

interface LookedProps {
  readonly session: Session;
  readonly target: Target;
  /** The instant that is shown; undefined is now. */
  readonly tNs: number | undefined;
  /** Whether a look at its mappings from then is kept. */
  readonly kept: boolean;
}

/** The address space, the pages of what is opened of it, and the column of mappings. */
function Looked({ session, target, tNs, kept }: LookedProps) {
  const { t, pick } = useWords();
  const { process } = useActions();
  const pageSize = useApp((state) => shownEnvironment(state)?.pageSize) ?? 4096;
  const { regions: all, lives } = session;
  const regions = useMemo(() => regionsAt({ regions: all, lives }, tNs), [all, lives, tNs]);
  const live = isLive(session);
  const opened = useMemo(() => new Map(regions.map(({ id, address }) => [address, id])), [regions]);
  const starts = useMemo(() => new Set(opened.keys()), [opened]);
  const open = useCallback(
    ({ start }: TargetMapping) => {
      const region = opened.get(start);
      if (!live) return;
      if (region === undefined) void process.openMapping(start);
      else void process.closeMapping(region);
    },
    [opened, process, live],
  );
  const mappings = (kept && target.mappings) || none;
  const why = whyUnknown(target.reasons.map(pick));
  return (
    <Split
      title={t('process.side')}
      side={
        <ProcessSide
          session={session}
          target={target}
          tNs={tNs}
          kept={kept}
          pageSize={pageSize}
          why={why}
          opened={starts}
          onOpen={open}
        />
      }
    >
      <div className={classes.work}>
        {mappings.length > 0 && (
          <AddressStrip mappings={mappings} pageSize={pageSize} why={why} opened={starts} onOpen={open} />
        )}
        <Opened session={session} regions={regions} target={target} />
      </div>
    </Split>
  );
}

interface OpenedProps {
  readonly session: Session;
  readonly regions: readonly RegionInfo[];
  readonly target: Target;
}

function Opened({ session, regions, target: { mappings, reasons } }: OpenedProps) {
  const { id } = session;
  const live = isLive(session);
  const { t, pick } = useWords();
  const readable = mappings !== null;
  const latest = useRef(mappings);
  latest.current = mappings;
  // What a mapping is of does not change: the newest look need not draw its pages anew.
  const known = useCallback(({ address }: RegionInfo) => mappingAt(latest.current ?? [], Number(address)), []);
  const draw = useCallback(
    (region: RegionInfo, place: Place) => (
      <SelectableRegion
        session={id}
        region={region}
        place={place}
        title={undefined}
        released={false}
        unseen={t('process.past.notLooked')}
        heading={<RegionName region={region} mapping={known(region)} />}
        actions={live && <CloseButton region={region} />}
      />
    ),
    [id, known, live, t],
  );
  return (
    <section className={classes.pages} data-panel="pages" aria-label={t('pages.title')}>
      {regions.length > 0 ? (
        <Regions session={id} regions={regions} draw={draw} focusNew />
      ) : (
        <div className={pages.empty}>
          <p>{t(readable ? 'process.nothingOpen' : 'process.notReadable')}</p>
          {readable && <p className={pages.hint}>{t('process.nothingOpenHint')}</p>}
          {!readable &&
            reasons.map((reason) => (
              <p key={reason.en} className={pages.hint}>
                {pick(reason)}
              </p>
            ))}
        </div>
      )}
    </section>
  );
}

/** What a region is of, and the letter that steps and the film call it by. */
function RegionName({ region, mapping }: { region: RegionInfo; mapping: TargetMapping | undefined }) {
  const { t } = useWords();
  const name = (mapping ?? region).name ?? '';
  const kind = mapping?.kind ?? (region.kind === 'anonymous' ? 'anonymous' : undefined);
  const shown = name !== '' ? lastPart(name) : kind ? t(`process.kind.${kind}`) : nameOf(region);
  return (
    <h2 className={`${pages.label} ${pages.whole}`} title={name || shown}>
      <small className={classes.letter}>{region.label}</small> {shown}
    </h2>
  );
}

/** The mapping that covers an address, of mappings in the order of theirs. */
function mappingAt(mappings: readonly TargetMapping[], address: number): TargetMapping | undefined {
  const after = firstIndex(mappings.length, (at) => Number(mappings[at]?.end) > address);
  const found = mappings[after];
  return found && Number(found.start) <= address ? found : undefined;
}

function CloseButton({ region }: { region: RegionInfo }) {
  const { t } = useWords();
  const { process } = useActions();
  const label = t('process.closePages', { name: nameOf(region) });
  return (
    <Tip label={label}>
      <ActionIcon size={18} aria-label={label} onClick={() => void process.closeMapping(region.id)}>
        <IconX size={12} aria-hidden />
      </ActionIcon>
    </Tip>
  );
}

const none: readonly TargetMapping[] = [];
