import type { ParameterValues } from '../../protocol/experiment.ts';
import { toProblem } from '../../protocol/problem.ts';
import type { Request } from '../../protocol/service.ts';
import type { Engine } from './engine.ts';
import { lastOf, type Miniature } from './miniature.ts';
import { isActive, newSession, type Session, withStarted } from './session/session.ts';
import type { Store } from './store.ts';

export interface MiniatureActions {
  /** Runs an experiment in a session of its own; with `paused`, up to its first step. */
  run(key: string, experiment: string, parameters: ParameterValues, paused?: boolean): Promise<void>;
  /** Steps, goes on or stops, as its session's state allows. */
  control(key: string, action: Request<'control'>['action']): Promise<void>;
  /** Reads what a recording shows, unless there is something to show already. */
  read(key: string, file: string, recordedAt: string): Promise<void>;
  /** Reads the last whole recording of an experiment, where there is one. */
  readLast(key: string, experiment: string): Promise<void>;
  /** Fetches its run as C. */
  fetchProgram(key: string): Promise<void>;
  /** It is out of sight: keeps what it shows and closes its session. */
  release(key: string): Promise<void>;
}

const none: Miniature = { starting: false };

export function createMiniatureActions(store: Store, { client, pages, flush, forget }: Engine): MiniatureActions {
  /** The newest thing that each was asked for: what an older one brings is not wanted any more. */
  const newest = new Map<string, symbol>();

  const of = (key: string): Miniature => store.getState().miniatures.get(key) ?? none;
  const set = (key: string, change: Partial<Miniature>): void =>
    store.setState(({ miniatures }) => ({ miniatures: new Map(miniatures).set(key, { ...of(key), ...change }) }));
  const replace = (key: string, miniature: Miniature): void =>
    store.setState(({ miniatures }) => ({ miniatures: new Map(miniatures).set(key, miniature) }));

  async function close(session: number): Promise<void> {
    forget(session);
    // What has ended by itself need not be closed.
    await client.call('close', { session }).catch(() => {});
  }

  /** Opens a session for one; where it is not wanted any more when it is open, it is closed at once. */
  async function open(key: string, opened: () => Promise<Session>, extra: Partial<Miniature> = {}): Promise<void> {
    const mine = Symbol(key);
    newest.set(key, mine);
    const { session: before, kept } = of(key);
    replace(key, { starting: true, ...(kept && { kept }) });
    if (before !== undefined) await close(before);
    try {
      const session = await opened();
      if (newest.get(key) !== mine) return await close(session.id);
      flush();
      store.setState((state) => {
        const known = state.sessions.get(session.id);
        const whole = { ...(known ?? session), ...(session.started && { started: session.started }) };
        return {
          sessions: new Map(state.sessions).set(session.id, whole),
          miniatures: new Map(state.miniatures).set(key, { starting: false, session: session.id, ...extra }),
        };
      });
    } catch (error) {
      // A recording that can't be read is as none: the list of recordings says why.
      const refusal = extra.recordedAt === undefined ? { refusal: toProblem(error) } : {};
      if (newest.get(key) === mine) set(key, { starting: false, ...refusal });
    }
  }

  async function read(key: string, file: string, recordedAt: string): Promise<void> {
    if (store.getState().miniatures.has(key)) return;
    const reopened = async (): Promise<Session> => {
      const { session, placement, pid, experiment } = await client.call('reopen', { file });
      const { id, parameters } = experiment;
      return withStarted(newSession(session), id, { placement, pid, parameters });
    };
    await open(key, reopened, { recordedAt });
  }

  return {
    run: (key, experiment, parameters, paused = false) =>
      open(key, async () => {
        const { paceMs } = store.getState().settings;
        const answer = await client.call('start', { experiment, parameters, paceMs, paused });
        return withStarted(newSession(answer.session), experiment, answer);
      }),
    read,
    async readLast(key, experiment) {
      if (store.getState().miniatures.has(key)) return;
      const answer = await client.call('recordings', {}).catch(() => undefined);
      const last = answer && lastOf(experiment, answer.listed);
      if (last) await read(key, last.file, last.createdAt);
    },
    async control(key, action) {
      const { session } = of(key);
      if (session === undefined) return;
      try {
        await client.call('control', { session, action });
      } catch (error) {
        set(key, { refusal: toProblem(error) });
      }
    },
    async fetchProgram(key) {
      const { session, program } = of(key);
      if (session === undefined || program !== undefined) return;
      const text = await client.call('program', { session }).catch(() => undefined);
      if (text !== undefined && of(key).session === session) set(key, { program: text });
    },
    async release(key) {
      newest.delete(key);
      const { session: id, starting, ...rest } = of(key);
      const session = id === undefined ? undefined : store.getState().sessions.get(id);
      if (id === undefined || !session) {
        if (starting) replace(key, { ...rest, starting: false });
        return;
      }
      const known = session.regions.flatMap((region) => {
        const seen = pages.region(id, region.id);
        return seen ? [[region.id, seen] as const] : [];
      });
      // Nothing goes on in what was left in the middle.
      const { next: _next, ...ended } = session;
      const state = isActive(session.state) ? ('stopped' as const) : session.state;
      replace(key, { ...rest, starting: false, kept: { session: { ...ended, state }, pages: new Map(known) } });
      await close(id);
    },
  };
}
