import { withPlainName } from '../../protocol/plain-name.ts';
import type { TargetMapping } from '../../protocol/process-look.ts';
import type { Processes } from '../../protocol/processes.ts';
import { mostRegionPages } from '../../protocol/target.ts';
import type { Engine } from './engine.ts';
import { isLive } from './session/session.ts';
import type { Sessions } from './sessions.ts';
import { atPresent, type Store, shownSession } from './store.ts';

/** What a person can do with one process that is not ours. */
export interface ProcessActions {
  /** Turns to a process and attaches to it, unless that is done already. Without a start, whichever has the pid now. */
  open(pid: number, startTicks: number | undefined): Promise<void>;
  /** Attaches anew to whatever has the pid now. */
  again(): Promise<void>;
  /** Shows the mapping that begins at an address as pages. */
  openMapping(address: string): Promise<void>;
  closeMapping(region: number): Promise<void>;
  /** Marks what differs from an instant, ns since the session began; undefined ends that. */
  compareWith(tNs: number | undefined): void;
  /** All processes, as far as they changed since an answer. */
  all(since: number): Promise<Processes | undefined>;
  /** Reads PSS and locks, whatever that costs the process. */
  readSmaps(): Promise<void>;
}

/** As many mappings are opened at first. */
const firstOpened = 3;

export function createProcessActions(store: Store, engine: Engine, sessions: Sessions): ProcessActions {
  const { client } = engine;
  const { attempt } = sessions;
  const session = () => store.getState().current.process;
  /** The newest that was asked for: an older one that answers late is closed again. */
  let newest = 0;

  async function inSession(act: (id: number) => Promise<unknown>): Promise<void> {
    const id = session();
    if (id !== undefined) await attempt(() => act(id));
  }

  /** The mappings when they were told first; none where they may not be read, or the session ends before. */
  const firstMappings = (id: number): Promise<readonly TargetMapping[]> =>
    new Promise((resolve) => {
      const look = (): void => {
        const known = store.getState().sessions.get(id);
        const told = known?.told.at(-1);
        if (known && isLive(known) && (!told || told.more)) return;
        unsubscribe();
        const { place } = store.getState();
        // Its start is known now, and its address has it from here on.
        if (told && place.kind === 'process' && place.pid === told.process.pid && session() === id) {
          store.setState({ place: { ...place, startTicks: told.process.startTicks ?? undefined } });
        }
        resolve(known?.target?.mappings ?? []);
      };
      const unsubscribe = store.subscribe(look);
      look();
    });

  const actions: ProcessActions = {
    async again() {
      const { place } = store.getState();
      if (place.kind !== 'process') return;
      await sessions.end(session());
      store.setState({ place: { ...place, startTicks: undefined } });
      await actions.open(place.pid, undefined);
    },
    async open(pid, startTicks) {
      const { place, sessions: all } = store.getState();
      const shown = all.get(session() ?? 0)?.target?.process;
      const attached = shown?.pid === pid && (startTicks ?? shown.startTicks) === shown.startTicks;
      const known = attached ? (shown.startTicks ?? undefined) : startTicks;
      if (place.kind !== 'process' || place.pid !== pid || place.startTicks !== known) {
        store.setState({
          place: { kind: 'process', pid, startTicks: known },
          refusal: undefined,
          highlight: undefined,
        });
        store.setState(atPresent);
      }
      if (attached) return;
      const mine = ++newest;
      store.setState({ attaching: pid });
      await sessions.end(session());
      const answer = await attempt(() =>
        client.call('attach', { pid, ...(startTicks !== undefined && { startTicks }) }),
      );
      if (mine !== newest) return await sessions.end(answer?.session);
      store.setState({ attaching: undefined });
      if (!answer) return;
      sessions.show('process', 'attach', answer);
      const mappings = await firstMappings(answer.session);
      for (const { start } of worthSeeing(mappings)) {
        if (session() !== answer.session) return;
        await client.call('openMapping', { session: answer.session, address: start }).catch(() => {});
        // Each is drawn before the next comes: the first grids of a window take tens of milliseconds.
        await engine.drawn();
      }
    },
    openMapping: (address) => inSession((id) => client.call('openMapping', { session: id, address })),
    closeMapping: (region) => inSession((id) => client.call('closeMapping', { session: id, region })),
    compareWith(tNs) {
      const of = shownSession(store.getState())?.id;
      const against = tNs === undefined || of === undefined ? undefined : { of, session: of, step: undefined, tNs };
      store.setState({ against });
    },
    // The next one says the same, should this one be refused.
    async all(since) {
      const answer = await client.call('processes', { since }).catch(() => undefined);
      return answer && { ...answer, rows: answer.rows.map(withPlainName) };
    },
    readSmaps: () => inSession((id) => client.call('smaps', { session: id })),
  };
  return actions;
}

/** What is locked, the heap, and the largest of what is anonymous: as it is asked about. */
function worthSeeing(mappings: readonly TargetMapping[]): readonly TargetMapping[] {
  const weight = ({ kind, lockedPages, residentPages }: TargetMapping): number =>
    (lockedPages ?? 0) * 4 +
    (residentPages ?? 0) * (kind === 'heap' ? 2 : kind === 'anonymous' || kind === 'named' ? 1 : 0);
  return mappings
    .filter((mapping) => weight(mapping) > 0 && mapping.pages <= mostRegionPages)
    .sort((a, b) => weight(b) - weight(a))
    .slice(0, firstOpened)
    .sort((a, b) => Number(a.start) - Number(b.start));
}
