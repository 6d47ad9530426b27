import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../protocol/events.ts';
import { ProblemError } from '../../protocol/problem.ts';
import { problemSchema } from '../../protocol/problem-schema.ts';
import { type Client, connect, serve } from '../../protocol/rpc.ts';
import { contract, type Method } from '../../protocol/service.ts';
import type { Wire } from '../../protocol/wire.ts';
import { memoryWires } from '../../protocol/wires/memory.ts';
import { messagePortWire } from '../../protocol/wires/message-port.ts';
import { FakeService } from '../support/fake-service.ts';

/** A reader and an engine's host, with both wires in hand. */
class Connection {
  readonly service = new FakeService();
  readonly malformed: string[] = [];
  readonly events: SessionEvent[] = [];
  readonly frames: Uint8Array[] = [];
  readonly reader: Wire;
  readonly host: Wire;
  readonly client: Client;

  constructor() {
    [this.reader, this.host] = memoryWires();
    const onMalformed = (reason: string) => this.malformed.push(reason);
    serve(this.host, this.service.make, onMalformed);
    const reader = {
      event: (event: SessionEvent) => void this.events.push(event),
      frame: (bytes: Uint8Array) => void this.frames.push(bytes),
    };
    this.client = connect(this.reader, reader, onMalformed);
  }

  /** Resolves when all that was sent before has arrived and a good call was answered: both ends live. */
  async lives(): Promise<void> {
    expect(await this.client.call('program', { session: 7 })).toBe('program 7');
  }
}

function portWires(): [Wire, Wire] {
  const { port1, port2 } = new MessageChannel();
  return [messagePortWire(port1), messagePortWire(port2)];
}

/** The problem that a call ends with. */
async function problemOf(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProblemError)) throw new Error(`Expected a problem, not ${error}.`);
  return error.problem;
}

/** Speaks to a host without the client: gives the answers it gets, by request. */
class RawReader {
  readonly service = new FakeService();
  readonly malformed: string[] = [];
  readonly #wire: Wire;
  readonly #waiting = new Map<string, (answer: { r?: unknown; e?: unknown }) => void>();
  #last = 0;

  constructor() {
    const [reader, host] = memoryWires();
    serve(host, this.service.make, (reason) => this.malformed.push(reason));
    this.#wire = reader;
    reader.onMessage((message) => {
      const answer = JSON.parse(String(message));
      this.#waiting.get(answer.i)?.(answer);
    });
  }

  send(message: string | Uint8Array): void {
    this.#wire.send(message);
  }

  hangUp(): void {
    this.#wire.close();
  }

  ask(method: string, ...args: unknown[]): Promise<{ r?: unknown; e?: unknown }> {
    const request = `raw ${++this.#last}`;
    const answer = new Promise<{ r?: unknown; e?: unknown }>((resolve) => this.#waiting.set(request, resolve));
    this.#wire.send(JSON.stringify({ t: 'q', i: request, m: method, a: args }));
    return answer;
  }
}

const methods = Object.keys(contract) as Method[];
/** What a call looks like on the wire. */
const envelope = fc.record({
  t: fc.constantFrom('q', 's'),
  i: fc.string({ maxLength: 10 }),
  m: fc.constantFrom(...methods, 'acknowledge', 'cancel', 'event'),
  a: fc.tuple(fc.record({ session: fc.integer() }), fc.integer()),
  r: fc.jsonValue(),
});
const strange = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'then',
  '$close',
  'dispose',
  '',
);

const edited = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.nat(), fc.nat(3), fc.string({ maxLength: 3 })).map(([original, at, removed, inserted]) => {
    const place = at % (original.length + 1);
    return original.slice(0, place) + inserted + original.slice(place + removed);
  });

const broken = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.json(),
  edited(envelope.map((message) => JSON.stringify(message))),
  fc
    .tuple(envelope, fc.constantFrom('t', 'i', 'm', 'a', 'e', '__proto__'), fc.jsonValue())
    .map(([message, key, value]) => JSON.stringify({ ...message, [key]: value })),
  fc
    .tuple(envelope, fc.array(fc.oneof(fc.jsonValue(), fc.constant('{"__proto__":{"polluted":1}}')), { maxLength: 4 }))
    .map(([message, args]) => JSON.stringify({ ...message, a: args })),
);

describe('a host', () => {
  it('lives through any text and answers the next good call', async () => {
    const connection = new Connection();
    await fc.assert(
      fc.asyncProperty(fc.array(broken, { minLength: 1, maxLength: 10 }), async (messages) => {
        for (const message of messages) connection.reader.send(message);
        await connection.lives();
      }),
      { numRuns: 100 },
    );
    expect(connection.malformed.length).toBeGreaterThan(0);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('lives through bytes, which readers never send', async () => {
    const connection = new Connection();
    connection.reader.send(new Uint8Array(100));
    await connection.lives();
    expect(connection.malformed).toHaveLength(1);
  });

  it('shows its engine only requests of the right shape, with defaults filled in', async () => {
    const raw = new RawReader();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...methods.filter((method) => method !== 'report')),
        fc.jsonValue(),
        async (method, request) => {
          raw.service.calls.length = 0;
          const answer = await raw.ask(method, request, 1);
          const valid = contract[method].request.safeParse(request);
          expect(raw.service.calls.map((call) => call.request)).toEqual(valid.success ? [valid.data] : []);
          if (!valid.success) expect(problemSchema.parse(answer.e)).toMatchObject({ kind: 'bad-input' });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('answers unknown methods, those of every object too, with a sentence that names them', async () => {
    const raw = new RawReader();
    await fc.assert(
      fc.asyncProperty(fc.oneof(strange, fc.string({ maxLength: 20 })), async (name) => {
        fc.pre(!Object.hasOwn(contract, name) && name !== 'acknowledge' && name !== 'cancel');
        const { e } = await raw.ask(name, {}, 1);
        expect(problemSchema.parse(e)).toMatchObject({ kind: 'bad-input' });
        expect(problemSchema.parse(e).text.en).toContain(name);
      }),
    );
  });

  it('refuses huge and deep arguments and goes on', async () => {
    const connection = new Connection();
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const argument of [JSON.stringify('x'.repeat(8 << 20)), deep, JSON.stringify(Array(500_000).fill(-1))]) {
      connection.reader.send(`{"t":"q","i":"huge","m":"start","a":[{"experiment":${argument}},1]}`);
      connection.reader.send(`{"t":"q","i":"huge","m":"${argument.slice(1, 100_000)}","a":[{},1]}`);
    }
    await connection.lives();
    expect(connection.service.calls.map(({ method }) => method)).toEqual(['program']);
  });

  it('passes acknowledgements on and tells of those that name no frame', async () => {
    const connection = new Connection();
    connection.client.acknowledge({ session: 1, region: 2, sequence: 3 });
    connection.reader.send('{"t":"q","m":"acknowledge","a":[{"session":1,"region":2,"sequence":"3"}]}');
    await connection.lives();
    expect(connection.service.acknowledgements).toEqual([{ session: 1, region: 2, sequence: 3 }]);
    expect(connection.malformed).toEqual(['an acknowledgement that names no frame']);
  });
});

describe('a reader', () => {
  it('lives through any text from a host', async () => {
    const connection = new Connection();
    await fc.assert(
      fc.asyncProperty(broken, async (message) => {
        connection.host.send(message);
        await connection.lives();
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['a message port', portWires],
    ['a wire that delivers all at once', memoryWires],
  ])('receives events and frames over %s in the order in which they were told', async (_name, makeWires) => {
    const order: string[] = [];
    const [wire, host] = makeWires();
    const service = new FakeService();
    serve(host, service.make);
    const client = connect(wire, { event: () => order.push('event'), frame: () => order.push('frame') });
    const [engine] = service.readers;
    const event: SessionEvent = { kind: 'measurement', session: 1, name: 'x', value: 1 };
    engine?.event(event);
    engine?.frame(new Uint8Array(8));
    engine?.event(event);
    await client.call('program', { session: 1 });
    expect(order).toEqual(['event', 'frame', 'event']);
    wire.close();
  });

  it('gets the problem that an engine ends with, both texts and all', async () => {
    const { client } = new Connection();
    expect(await problemOf(client.call('close', { session: 1 }))).toEqual({
      kind: 'gone',
      text: { en: 'no close here', zh: '没有 close' },
    });
  });
});

describe('a request', () => {
  it('that is cancelled ends at once on both sides', async () => {
    const connection = new Connection();
    const controller = new AbortController();
    const call = problemOf(connection.client.call('report', { session: 1, language: 'en' }, controller.signal));
    await connection.lives();
    const [report] = connection.service.calls;
    expect(report?.signal.aborted).toBe(false);
    controller.abort();
    expect((await call).kind).toBe('cancelled');
    await connection.lives();
    expect(report?.signal.aborted).toBe(true);
  });

  it('that was answered, well or badly, is let go: neither a late cancellation nor the end of the wire reaches it', async () => {
    const raw = new RawReader();
    await raw.ask('program', { session: 1 }, 41);
    await raw.ask('close', { session: 1 }, 42);
    raw.send('{"t":"q","m":"cancel","a":[{"request":41}]}');
    raw.send('{"t":"q","m":"cancel","a":[{"request":42}]}');
    await raw.ask('program', { session: 2 }, 43);
    const disposed = raw.service.disposed();
    raw.hangUp();
    await disposed;
    expect(raw.service.calls.map(({ signal }) => signal.aborted)).toEqual([false, false, false]);
    expect(raw.malformed).toEqual([]);
  });

  it('is cancelled alone', async () => {
    const connection = new Connection();
    const [one, other] = [new AbortController(), new AbortController()];
    const calls = [one, other].map(({ signal }) =>
      problemOf(connection.client.call('report', { session: 1, language: 'en' }, signal)),
    );
    await connection.lives();
    other.abort();
    expect((await calls[1])?.kind).toBe('cancelled');
    await connection.lives();
    expect(connection.service.calls.slice(0, 2).map(({ signal }) => signal.aborted)).toEqual([false, true]);
    one.abort();
    expect((await calls[0])?.kind).toBe('cancelled');
  });

  it('is not sent when it was cancelled before', async () => {
    const connection = new Connection();
    const signal = AbortSignal.abort();
    expect((await problemOf(connection.client.call('program', { session: 1 }, signal))).kind).toBe('cancelled');
    await connection.lives();
    expect(connection.service.calls).toHaveLength(1);
  });

  it.each(['reader', 'host'] as const)(
    'ends when the %s closes the wire, and the engine is disposed of',
    async (side) => {
      const connection = new Connection();
      const call = problemOf(connection.client.call('report', { session: 1, language: 'en' }));
      await connection.lives();
      const disposed = connection.service.disposed();
      connection[side].close();
      expect((await call).kind).toBe('gone');
      await disposed;
      // What was answered before is not under way, so it cannot end now.
      expect(connection.service.calls.map(({ method, signal }) => [method, signal.aborted])).toEqual([
        ['report', true],
        ['program', false],
      ]);
      expect(connection.service.disposals).toBe(1);
      expect((await problemOf(connection.client.call('program', { session: 1 }))).kind).toBe('gone');
      connection.client.acknowledge({ session: 1, region: 1, sequence: 1 });
    },
  );
});
