import { type SessionEvent, sessionEventSchema } from '../../protocol/events.ts';
import { count, type MostJson, type Rows } from './rows.ts';

/** Kinds that are told of a session, beside what has a table of its own; what is told of states is found otherwise. */
const otherKinds = ['vmas', 'target', 'core-file', 'released', 'claim', 'result', 'measurement'] as const;

/** Of some kinds no session has as many. */
const mostReleased = 1 << 14;
const mostTold: Partial<Record<SessionEvent['kind'], MostJson>> = {
  claim: { rows: 1000, length: 4 << 20 },
  measurement: { rows: 1000, length: 1 << 20 },
  'core-file': { rows: 100, length: 4 << 20 },
  result: { rows: 100, length: 32 << 20 },
  released: { rows: mostReleased, length: 4 << 20 },
};

interface TimedEvent {
  readonly id: unknown;
  readonly tNs: number;
  readonly event: SessionEvent;
}

/** What a session told, beside steps, samples and pages. What cannot be read is left out and counted. */
export class RecordedEvents {
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** What was told of one kind, in order. */
  *of(kind: SessionEvent['kind']): Generator<SessionEvent> {
    for (const { event } of this.timed(kind)) yield event;
  }

  /** Each kind in order; of states the first and the last. @param except what is not asked for */
  *others(except: readonly SessionEvent['kind'][]): Generator<SessionEvent> {
    for (const kind of otherKinds) if (!except.includes(kind)) yield* this.of(kind);
    const [first, last] = [firstOf(this.timed('state')), firstOf(this.timed('state', 'DESC'))];
    if (first) yield first.event;
    if (last && last.id !== first?.id) yield last.event;
    const known = [...otherKinds, 'state', 'action'].map((kind) => `'${kind}'`).join();
    this.#rows.damaged += this.#rows.number(`SELECT count(*) AS n FROM event WHERE kind NOT IN (${known})`) ?? 0;
  }

  /** What the session was last. */
  get lastState(): Extract<SessionEvent, { kind: 'state' }>['state'] | undefined {
    const event = firstOf(this.timed('state', 'DESC'))?.event;
    return event?.kind === 'state' ? event.state : undefined;
  }

  /** Regions that the session gave back before its end. */
  released(): ReadonlySet<unknown> {
    const told = this.#rows.all("SELECT json FROM event WHERE kind = 'released' LIMIT ?", mostReleased);
    return new Set([...told].map(({ json }) => (this.#rows.json(json) as { region?: unknown } | undefined)?.region));
  }

  *timed(kind: SessionEvent['kind'], order: 'ASC' | 'DESC' = 'ASC'): Generator<TimedEvent, undefined> {
    const sql = `SELECT id, t_ns, json FROM event WHERE kind = ? ORDER BY id ${order}`;
    for (const { row, json } of this.#rows.withJson(sql, [kind], mostTold[kind])) {
      const parsed = sessionEventSchema.safeParse(typeof json === 'object' ? { ...json, session: 1 } : json);
      if (parsed.success && parsed.data.kind === kind)
        yield { id: row.id, tNs: count(row.t_ns) ?? 0, event: parsed.data };
      else this.#rows.damaged++;
    }
  }
}

/** Asks for no more: what is left open would keep the database as it was. */
function firstOf<T>(all: Iterable<T>): T | undefined {
  for (const first of all) return first;
  return undefined;
}
