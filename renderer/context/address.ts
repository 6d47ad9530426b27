import { type ByteLimit, byteLimitSchema } from '../../protocol/byte-limit.ts';
import type { Step } from '../../protocol/events.ts';
import { addressOfRecordings, stepKey } from '../../protocol/recording-address.ts';
import type { Actions } from '../store/actions.ts';
import { draftValue } from '../store/parameters.ts';
import { type AppState, type AskedFiles, type Store, shownExperiment, shownSession } from '../store/store.ts';
import { selectionIn, selectionText } from './selected-pages.ts';

/** `#/first-touch`: the experiment that is shown. A hash, because the desktop app's pages come from files. */
export const addressOf = (experiment: string): string => `#/${encodeURIComponent(experiment)}`;

/** Another process than the engine's: its pid, and when it began, in clock ticks. */
export interface Whose {
  readonly pid: number;
  readonly startTicks?: number | null | undefined;
}

/**
 * `#limits`, `#limits/docker`: the limits, and one of their fixes; `#limits?@pid=4711&@start=4021`: those of another
 * process.
 */
export function addressOfLimits(fix?: string, whose?: Whose): string {
  const query = new URLSearchParams(whose && { [pidKey]: `${whose.pid}` });
  if (whose?.startTicks) query.set(startKey, `${whose.startTicks}`);
  return withQuery(fix === undefined ? '#limits' : `#limits/${encodeURIComponent(fix)}`, query);
}

/** `#limits/ulimit?@limit=69632`: the fix for a refusal, written for the limit that lets the call through. */
export function addressOfFix({ fix, limit }: NonNullable<Step['diagnosis']>): string {
  const query = new URLSearchParams(limit === undefined ? {} : { [limitKey]: String(limit) });
  return withQuery(addressOfLimits(fix), query);
}

/** The workbench, of which there is one. */
export const addressOfWorkbench = '#workbench';

export { addressOfRecordings };

/** Of two that are compared, the steps that each shows, counted from 1; undefined is its end. */
export type ComparedSteps = readonly [a: number | undefined, b: number | undefined];

/** `#/recordings/A/B?@a=4&@b=5`: two, compared at these steps. */
export function addressOfCompared(names: readonly [string, string], [a, b]: ComparedSteps): string {
  const query = new URLSearchParams();
  if (a !== undefined) query.set(sideKeys[0], String(a));
  if (b !== undefined) query.set(sideKeys[1], String(b));
  return withQuery(addressOfRecordings(...names), query);
}

/** `#/processes`, and `#/processes/locks`: all processes, and those that lock memory. */
export const addressOfProcesses = (view: 'all' | 'locks' = 'all'): string =>
  view === 'all' ? '#/processes' : '#/processes/locks';

/** `#/processes/31163?@start=4021`: one process, and when it began, in clock ticks: its pid may be another's since. */
export const addressOfProcess = (pid: number, startTicks?: number): string =>
  withQuery(`#/processes/${pid}`, new URLSearchParams(startTicks === undefined ? {} : { [startKey]: `${startTicks}` }));

const withQuery = (address: string, query: URLSearchParams): string =>
  query.size > 0 ? `${address}?${query}` : address;

/** `#/files`, `#/files?path=/srv`, `#/files?openBy=4711`: what the page cache holds of a folder or of open files. */
export const addressOfFiles = (asked?: AskedFiles): string =>
  withQuery(
    '#/files',
    new URLSearchParams(
      asked === undefined ? {} : 'path' in asked ? { path: asked.path } : { openBy: `${asked.openBy}` },
    ),
  );

/** `#/`: the questions to start from. */
export const addressOfHome = '#/';

/** `#/guide/CHAPTER#heading`: a chapter of the guide, and one of its headings. */
export const addressOfGuide = (chapter?: string, heading?: string): string =>
  ['#/guide', chapter && `/${encodeURIComponent(chapter)}`, heading && `#${encodeURIComponent(heading)}`].join('');

export type Address =
  | { readonly kind: 'home' }
  | { readonly kind: 'guide'; readonly chapter: string | undefined; readonly heading: string | undefined }
  | {
      readonly kind: 'experiment';
      readonly id: string;
      /** Parameters that are not the defaults, by name. */
      readonly parameters: Readonly<Record<string, string>>;
      /** The step that the playhead is on, counted from 1. */
      readonly step?: number;
      /** The step that it is compared with, counted from 1. */
      readonly against?: number;
      /** The pages that are selected: `A:4-11,20`. */
      readonly pages?: string;
      /** The recording of the run. */
      readonly recording?: string;
    }
  | { readonly kind: 'workbench' }
  | {
      readonly kind: 'recordings';
      readonly name: string | undefined;
      readonly other: string | undefined;
      /** The step that the playhead is on, counted from 1. */
      readonly step?: number;
      readonly against?: number;
      readonly pages?: string;
      readonly steps?: ComparedSteps;
    }
  | {
      readonly kind: 'process';
      readonly pid: number;
      /** When it began; undefined is whichever has the pid now. */
      readonly startTicks?: number;
      readonly step?: number;
      readonly against?: number;
      readonly pages?: string;
    }
  | {
      readonly kind: 'limits';
      readonly fix: string | undefined;
      /** What the fixes are to be written for. */
      readonly limit?: ByteLimit;
      readonly whose?: Whose;
    }
  | { readonly kind: 'processes'; readonly view: 'all' | 'locks' }
  | { readonly kind: 'files'; readonly asked: AskedFiles | undefined };

/** What stands in an address beside parameters; no parameter has such a name. */
const recordingKey = '@recording';
const limitKey = '@limit';
const pidKey = '@pid';
const startKey = '@start';
const sideKeys = ['@a', '@b'] as const;
/** The step that the shown one is compared with, and the pages that are selected. */
const [againstKey, pagesKey] = ['@with', '@pages'];

/** A whole number in an address that is at least 1: a step, counted from 1. */
function stepIn(query: URLSearchParams, key: string): number | undefined {
  const step = Number(query.get(key));
  return Number.isInteger(step) && step > 0 ? step : undefined;
}

function limitIn(text: string | null): ByteLimit | undefined {
  const limit = byteLimitSchema.safeParse(text === 'unlimited' || !text ? text : Number(text));
  return limit.success ? limit.data : undefined;
}

/** What a hash means; an empty one is home. */
export function addressIn(hash: string): Address {
  if (hash === '#/home') return { kind: 'home' };
  const guide = /^#\/guide(?:\/([^#]*))?(?:#(.*))?$/.exec(hash);
  if (guide) {
    const [chapter, heading] = [guide[1], guide[2]].map((part) => (part ? decoded(part) : undefined));
    return { kind: 'guide', chapter, heading };
  }
  const limits = /^#limits(?:\/([^?]*))?(?:\?(.*))?$/.exec(hash);
  if (limits) {
    const asked = new URLSearchParams(limits[2]);
    const [limit, pid, startTicks] = [limitIn(asked.get(limitKey)), stepIn(asked, pidKey), stepIn(asked, startKey)];
    return {
      kind: 'limits',
      fix: limits[1] ? decoded(limits[1]) : undefined,
      ...(limit !== undefined && { limit }),
      ...(pid !== undefined && { whose: { pid, ...(startTicks !== undefined && { startTicks }) } }),
    };
  }
  if (hash === addressOfWorkbench) return { kind: 'workbench' };
  const [path = '', query] = hash.replace(/^#\/?/, '').split('?', 2);
  const all = new URLSearchParams(query);
  const [step, against, recording] = [stepIn(all, stepKey), stepIn(all, againstKey), all.get(recordingKey)];
  const pages = all.get(pagesKey);
  const shown = {
    ...(step !== undefined && { step }),
    ...(against !== undefined && { against }),
    ...(pages && { pages }),
  };
  const recordings = /^recordings(?:\/(.*))?$/.exec(path);
  if (recordings && hash.startsWith('#/')) {
    const [name, other] = (recordings[1] ?? '').split('/').map((part) => (part === '' ? undefined : decoded(part)));
    const [a, b] = [stepIn(all, sideKeys[0]), stepIn(all, sideKeys[1])];
    return { kind: 'recordings', name, other, ...shown, ...((a ?? b) !== undefined && { steps: [a, b] as const }) };
  }
  const processes = /^processes(\/locks)?$/.exec(path);
  if (processes && hash.startsWith('#/')) return { kind: 'processes', view: processes[1] ? 'locks' : 'all' };
  if (path === 'files' && hash.startsWith('#/')) {
    const [of, openBy] = [all.get('path'), stepIn(all, 'openBy')];
    return { kind: 'files', asked: of ? { path: of } : openBy === undefined ? undefined : { openBy } };
  }
  const pid = /^processes\/(\d{1,10})$/.exec(path)?.[1];
  if (pid !== undefined && Number(pid) > 0 && hash.startsWith('#/')) {
    const startTicks = stepIn(all, startKey);
    return { kind: 'process', pid: Number(pid), ...(startTicks !== undefined && { startTicks }), ...shown };
  }
  const id = decoded(path);
  if (id === '') return { kind: 'home' };
  const parameters = Object.fromEntries([...all].filter(([name]) => !name.startsWith('@')));
  return {
    kind: 'experiment',
    id,
    parameters,
    ...shown,
    ...(recording && { recording }),
  };
}

/**
 * The address of what is shown: the experiment with its parameters and its recording, or an opened recording; and the
 * step that is looked at.
 */
export function addressOfShown(state: AppState): string | undefined {
  const { place, reopened } = state;
  const query = new URLSearchParams();
  if (place.kind === 'recordings') {
    if (place.name === undefined || place.other !== undefined || reopened?.name !== place.name) return undefined;
    setInstants(query, state);
    return withQuery(addressOfRecordings(place.name), query);
  }
  if (place.kind === 'process') {
    if (place.startTicks !== undefined) query.set(startKey, String(place.startTicks));
    setInstants(query, state);
    return withQuery(addressOfProcess(place.pid), query);
  }
  const experiment = shownExperiment(state);
  if (!experiment || place.kind !== 'experiment') return undefined;
  const draft = state.drafts[experiment.id];
  for (const parameter of experiment.parameters) {
    const value = draftValue(parameter, draft);
    if (String(value) !== String(parameter.default)) query.set(parameter.name, String(value));
  }
  const recording = shownSession(state)?.recording;
  if (recording !== undefined) query.set(recordingKey, recording);
  setInstants(query, state);
  return withQuery(addressOf(experiment.id), query);
}

/** What is looked at of the session that is shown. */
function setInstants(query: URLSearchParams, state: AppState): void {
  const { look, against, selection } = state;
  const session = shownSession(state);
  if (look) query.set(stepKey, String(look.step + 1));
  if (against?.step !== undefined && against.of === session?.id) query.set(againstKey, String(against.step + 1));
  const pages = session && selection?.of === session.id ? selectionText(session.regions, selection.pages) : '';
  if (pages !== '') query.set(pagesKey, pages);
}

/** Whether an address is about what is shown, at whichever instant. */
function isShown(address: Address, state: AppState): boolean {
  const { place } = state;
  if (address.kind === 'experiment') return place.kind === 'experiment' && address.id === shownExperiment(state)?.id;
  if (address.kind === 'process') {
    const { pid, startTicks } = address;
    return place.kind === 'process' && pid === place.pid && (startTicks ?? place.startTicks) === place.startTicks;
  }
  return address.kind === 'recordings' && place.kind === 'recordings' && address.name === place.name;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** What an address asks for of a session that has to tell of it first. */
interface Wanted {
  readonly step?: number;
  readonly against?: number;
  readonly pages?: string;
}

const wantedIn = ({ step, against, pages }: Wanted): Wanted | undefined =>
  step === undefined && against === undefined && pages === undefined
    ? undefined
    : { ...(step && { step }), ...(against && { against }), ...(pages && { pages }) };

/** Browsers refuse an address that changes more often, ms between two. */
const writeEveryMs = 400;

/**
 * The address decides what is shown, so that back, forward, bookmarks and a reload work; what is shown since is written
 * into it.
 */
export function followAddress(window: Window, store: Store, actions: Actions): void {
  /** What the address asks for, until that has been told. */
  let wanted: Wanted | undefined;
  let waiting = false;
  const goToWanted = (): void => {
    const { place, reopened } = store.getState();
    // While one recording is opened, another may still be there.
    if (wanted === undefined || (place.kind === 'recordings' && reopened?.name !== place.name)) return;
    const session = shownSession(store.getState());
    const [step, against] = [wanted.step, wanted.against].map((each) => each && session?.steps.numbered(each - 1));
    const pages = wanted.pages === undefined ? new Map() : session && selectionIn(wanted.pages, session.regions);
    if ((wanted.step && !step) || (wanted.against && !against) || !session || !pages) return;
    wanted = undefined;
    for (const [region, selected] of pages) actions.selectPages(region, selected);
    if (against) actions.compareWith(against);
    if (step) actions.goTo(step);
  };
  const read = (): void => {
    wanted = undefined;
    const address = addressIn(window.location.hash);
    if (address.kind === 'home') actions.openHome();
    else if (address.kind === 'guide') actions.openGuide(address.chapter, address.heading);
    else if (address.kind === 'limits') actions.openLimits(address.fix, address.limit, address.whose);
    else if (address.kind === 'processes') actions.openProcesses(address.view);
    else if (address.kind === 'files') void actions.files.open(address.asked);
    else if (address.kind === 'workbench') actions.workbench.open();
    else if (address.kind === 'process') {
      // A step of a process that is not looked at yet is one that nobody saw.
      if (isShown(address, store.getState()) && shownSession(store.getState())) wanted = wantedIn(address);
      void actions.process.open(address.pid, address.startTicks);
      goToWanted();
    } else if (address.kind === 'recordings') {
      wanted = wantedIn(address);
      void actions.recordings.open(address.name, address.other, address.steps);
      goToWanted();
    } else {
      actions.select(address.id);
      const { id, parameters, recording } = address;
      if (Object.keys(parameters).length > 0) {
        store.setState(({ drafts }) => ({ drafts: { ...drafts, [id]: { ...drafts[id], ...parameters } } }));
      }
      if (recording !== undefined && shownSession(store.getState())?.recording !== recording) {
        wanted = wantedIn(address);
        void actions.reopen(recording).then((opened) => {
          if (!opened) wanted = undefined;
        });
      } else {
        wanted = wantedIn(address);
        goToWanted();
      }
    }
  };
  const write = (): void => {
    waiting = false;
    const shown = addressOfShown(store.getState());
    const address = addressIn(window.location.hash);
    // An address that says something else is the one that is right: its change may be on its way here.
    if (shown === undefined || wanted !== undefined || store.getState().starting) return;
    if (!isShown(address, store.getState())) return;
    if (window.location.hash !== shown) window.history.replaceState(null, '', shown);
  };
  read();
  window.addEventListener('hashchange', read);
  store.subscribe((state, before) => {
    if (state.sessions !== before.sessions || state.reopened !== before.reopened) goToWanted();
    const [shown, last] = [shownExperiment(state), shownExperiment(before)];
    if (shown && shown !== last) write();
    else if (!waiting) {
      waiting = true;
      setTimeout(write, writeEveryMs);
    }
  });
}
