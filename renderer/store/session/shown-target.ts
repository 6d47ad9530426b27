import { applyTarget, type TargetState, type TargetTold } from '../../../protocol/target.ts';
import { firstIndex } from '../pages/first-index.ts';
import { byAddress, type Session, type Target } from './session.ts';

/** A copy of what was known, from which later instants are reached; all of them together are as large as the log. */
interface Kept {
  /** How many events made it. */
  readonly events: number;
  readonly state: TargetState;
}

/** What was found out of one log of events. */
interface Found {
  readonly kept: Kept[];
  readonly targets: Map<number, Target>;
}

/** By the first event of the log, which all its later versions share. */
const found = new WeakMap<TargetTold, Found>();
/** Instants whose lists are kept: those that a pointer goes to and fro between. */
const mostTargets = 8;
/** A copy is made when at least so many mappings were told since the last one. */
const leastCopied = 1024;

/**
 * The target as it was seen last at an instant, or now; undefined where no look had been told by then: what its
 * mappings were is not kept. The same instant, and one with no look between, have the same object.
 */
export function targetAtInstant({ told, target }: Session, tNs: number | undefined): Target | undefined {
  const first = told.at(0);
  if (tNs === undefined || !first) return target;
  let events = firstIndex(told.length, (at) => (told.at(at)?.takenNs ?? 0) > tNs);
  // Of a look that comes in pieces, all are needed.
  while (events > 0 && told.at(events - 1)?.more) events--;
  if (events === told.length) return target;
  if (events === 0) return undefined;
  const of = found.get(first) ?? { kept: [], targets: new Map() };
  found.set(first, of);
  const known = of.targets.get(events);
  if (known) return known;
  const [oldest] = of.targets.keys();
  if (oldest !== undefined && of.targets.size >= mostTargets) of.targets.delete(oldest);
  const state = stateAfter(events, told, of.kept);
  const made = { ...state, mappings: byAddress(state) };
  of.targets.set(events, made);
  return made;
}

function stateAfter(events: number, told: Session['told'], kept: Kept[]): TargetState {
  const nearest = kept.findLast((each) => each.events <= events);
  let state = nearest && copyOf(nearest.state);
  let since = 0;
  for (let at = nearest?.events ?? 0; at < events; at++) {
    const event = told.at(at);
    if (!event) continue;
    state = applyTarget(state, event);
    since += (event.mappings?.length ?? 0) + event.gone.length;
    const last = kept.at(-1)?.events ?? 0;
    if (at + 1 <= last || since < Math.max(leastCopied, state.mappings?.size ?? 0)) continue;
    kept.push({ events: at + 1, state: copyOf(state) });
    since = 0;
  }
  if (!state) throw new Error('Of no events there is no state.');
  return state;
}

const copyOf = (state: TargetState): TargetState => ({
  ...state,
  mappings: state.mappings && new Map(state.mappings),
});
