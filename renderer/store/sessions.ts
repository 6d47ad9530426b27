import { ProblemError, toProblem } from '../../protocol/problem.ts';
import type { Engine } from './engine.ts';
import { newSession, type StartedAs, withStarted } from './session/session.ts';
import { atPresent, type SessionPlace, type Store } from './store.ts';

type Opened = StartedAs & { readonly session: number };

/** Opens and ends the sessions of the places, and shows what the engine refuses. */
export interface Sessions {
  /** Does something that the engine may refuse; a refusal is shown, and the answer is then undefined. */
  attempt<T>(act: () => Promise<T>): Promise<T | undefined>;
  /** Notes what is known of a session that was just opened. */
  add(experiment: string, answer: Opened): void;
  /** Makes the session that was just opened the one of a place. */
  show(place: SessionPlace, experiment: string, answer: Opened): void;
  /** Ends a session, which is then no longer any place's. */
  end(session: number | undefined): Promise<void>;
}

export function createSessions(store: Store, engine: Engine): Sessions {
  const add: Sessions['add'] = (experiment, answer) => {
    engine.flush();
    store.setState((state) => {
      const known = state.sessions.get(answer.session) ?? newSession(answer.session);
      return { sessions: new Map(state.sessions).set(answer.session, withStarted(known, experiment, answer)) };
    });
  };
  return {
    add,
    async attempt(act) {
      store.setState({ refusal: undefined });
      try {
        return await act();
      } catch (error) {
        const problem = toProblem(error);
        if (problem.kind !== 'cancelled') store.setState({ refusal: problem });
        return undefined;
      }
    },
    show(place, experiment, answer) {
      add(experiment, answer);
      store.setState(({ current }) => ({ current: { ...current, [place]: answer.session } }));
    },
    async end(session) {
      if (session === undefined) return;
      const { current } = store.getState();
      const without = (id: number | undefined) => (id === session ? undefined : id);
      store.setState({
        current: {
          experiment: without(current.experiment),
          workbench: without(current.workbench),
          recordings: without(current.recordings),
          process: without(current.process),
        },
        highlight: undefined,
        ...atPresent,
      });
      engine.forget(session);
      try {
        await engine.client.call('close', { session });
      } catch (error) {
        // It ended by itself: that is what was wanted.
        if (!(error instanceof ProblemError && error.problem.kind === 'gone')) throw error;
      }
    },
  };
}
