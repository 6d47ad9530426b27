import type { Step } from '../../../protocol/events.ts';
import type { Sequence } from './append-only-list.ts';
import type { Session } from './session.ts';

type Steps = Pick<Session, 'steps'>;

/** A touch is the same operation whether it reads or writes. */
const touching = /^process_vm_(read|write)v$/;

/** What a step did, whatever it was called with: the same for the same operation of another run. */
const operationOf = ({ call, range }: Step): string =>
  JSON.stringify([call.replace(touching, 'touch'), range?.firstPage, range?.pageCount]);

const found = new WeakMap<Sequence<Step>, ReadonlyMap<string, readonly Step[]>>();

function byOperation({ steps }: Steps): ReadonlyMap<string, readonly Step[]> {
  const known = found.get(steps) ?? Map.groupBy(steps, operationOf);
  found.set(steps, known);
  return known;
}

/**
 * The step of another session that did the same as this one of a session: the same operation, done as often before.
 * Where the other has none, the one at the same place, or its last.
 */
export function counterpart(own: Steps, other: Steps, step: Step): Step | undefined {
  const operation = operationOf(step);
  const before =
    byOperation(own)
      .get(operation)
      ?.findIndex(({ index }) => index === step.index) ?? -1;
  const same = before < 0 ? undefined : byOperation(other).get(operation)?.[before];
  return same ?? other.steps.numbered(step.index) ?? other.steps.at(-1);
}
