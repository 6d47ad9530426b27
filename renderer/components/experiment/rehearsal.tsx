import { startTransition, useEffect, useState } from 'react';
import type { SessionEvent, Step } from '../../../protocol/events.ts';
import type { ExperimentDescriptor } from '../../../protocol/experiment.ts';
import { PageFlag } from '../../../protocol/flags.ts';
import { encodeFrame } from '../../../protocol/frame.ts';
import type { Text } from '../../../protocol/text.ts';
import { type AppContext, Context, useAppContext } from '../../context/context.ts';
import { Pages } from '../../store/pages/pages.ts';
import { applyEvents, newSession, withStarted } from '../../store/session/session.ts';
import { createAppStore } from '../../store/store.ts';
import { FilmBand } from '../filmstrip/filmstrip.tsx';
import { PagesArea } from '../page-map/pages-area.tsx';
import { SidePanel } from '../results/side-panel.tsx';
import classes from './rehearsal.module.css';

/** It stays for so long, ms: until its canvases are drawn. */
const stayMs = 100;
/** One in a window is enough. */
let done = false;

/**
 * Draws a small made-up run where nobody sees or hears it, once and while the window is at rest: the first real one
 * then finds everything that draws it compiled, and its first page is there in half the time.
 */
export function Rehearsal({ experiment }: { experiment: ExperimentDescriptor }) {
  const context = useAppContext();
  const [played, setPlayed] = useState<AppContext>();
  useEffect(() => {
    if (done) return undefined;
    const rest = requestIdleCallback(() => {
      done = true;
      startTransition(() => setPlayed(playing(context, experiment)));
    });
    return () => cancelIdleCallback(rest);
  }, [context, experiment]);
  useEffect(() => {
    if (!played) return undefined;
    const over = setTimeout(() => setPlayed(undefined), stayMs);
    return () => clearTimeout(over);
  }, [played]);
  if (!played) return undefined;
  return (
    <div className={classes.unseen} aria-hidden inert>
      <Context value={played}>
        <PagesArea />
        <SidePanel experiment={experiment} />
        <FilmBand session={played.store.getState().sessions.get(session)} />
      </Context>
    </div>
  );
}

const session = 1;
const pages = 64;
const pageSize = 4096;

/** The context of a run that never was: with a store and pages of its own, of which the engine hears nothing. */
function playing({ store, actions, scheduler }: AppContext, experiment: ExperimentDescriptor): AppContext {
  const known = store.getState();
  const own = createAppStore(known.settings);
  const run = applyEvents(newSession(session), events);
  const started = { placement: experiment.placement, pid: 1, parameters: {} };
  own.setState({
    host: known.host,
    catalogue: known.catalogue,
    selected: experiment.id,
    sessions: new Map([[session, withStarted(run, experiment.id, started)]]),
    current: { ...known.current, experiment: session },
  });
  const ownPages = new Pages({ scheduler, acknowledge: () => {}, onBroken: () => {} });
  const states = new Uint8Array(pages).fill(PageFlag.Resident | PageFlag.Present, 0, 1);
  const info = { session, region: 1, sequence: 1, skipped: 0, takenNs: 1, step: steps.length - 1, unknown: 0 };
  const frame = encodeFrame(info, states);
  if (frame) ownPages.receive(frame);
  return { store: own, actions: actions.within(own), pages: ownPages, scheduler };
}

const plain = (text: string): Text => ({ en: text, zh: text });
const calls = ['mmap', 'madvise', 'mincore', 'process_vm_writev'] as const;
const steps = calls.map(
  (call, index): Step => ({
    index,
    title: plain(call),
    region: 1,
    call,
    arguments: { address: '0x1000', length: pages * pageSize },
    returned: 0,
    errno: null,
    outcome: plain('1'),
    durationNs: 1000,
    startedNs: index * 1000,
    minorFaults: index === calls.length - 1 ? 1 : 0,
  }),
);
const sample = { tNs: 1, vmLck: 0, vmRss: 1, minorFaults: 1, majorFaults: 0 };
const region = { id: 1, label: 'A', address: '0x1000', length: pages * pageSize, pages, kind: 'anonymous' } as const;
const events: readonly SessionEvent[] = [
  { kind: 'region', session, region: { ...region, protection: 'rw-p' } },
  ...steps.map((step) => ({ kind: 'step', session, step }) as const),
  { kind: 'sample', session, sample },
];
