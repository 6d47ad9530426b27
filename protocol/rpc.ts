import { createBirpc } from 'birpc';
import { z } from 'zod';
import { type SessionEvent, sessionEventSchema } from './events.ts';
import { ProblemError, problem, toProblem } from './problem.ts';
import { problemSchema } from './problem-schema.ts';
import {
  type Acknowledgement,
  contract,
  type Method,
  notifications,
  type Reader,
  type Request,
  type Response,
  type Service,
  type SessionMethod,
} from './service.ts';
import type { Wire, WireMessage } from './wire.ts';

/** The envelope that birpc puts around calls (`q`) and answers (`s`), checked before birpc sees it. */
const envelopeSchema = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('q'),
    i: z.string().max(64).optional(),
    m: z.string().max(64),
    a: z.array(z.unknown()).max(2),
  }),
  // An answer without a value has no `r`: JSON leaves undefined out.
  z.object({ t: z.literal('s'), i: z.string().max(64), r: z.unknown().optional(), e: problemSchema.optional() }),
]);

/** How a broken message is told to whoever watches the connection; the connection lives on. */
export type OnMalformed = (reason: string) => void;

/** A string that no peer of ours would send. It never reaches a caller: the connection's watcher is told. */
class MalformedMessage extends Error {}

function deserialize(
  text: string,
): z.infer<typeof envelopeSchema> | { t: 's'; i: string; r?: unknown; e: ProblemError } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new MalformedMessage('the text is not JSON');
  }
  const parsed = envelopeSchema.safeParse(json);
  if (!parsed.success) throw new MalformedMessage(z.prettifyError(parsed.error).replaceAll('\n', ' '));
  const message = parsed.data;
  return message.t === 's' && message.e ? { ...message, e: new ProblemError(message.e) } : message;
}

function serialize(message: { t: string; e?: unknown }): string {
  return JSON.stringify(message.e === undefined ? message : { ...message, e: toProblem(message.e) });
}

/**
 * The strings of a wire as a birpc channel; its bytes go to `onBytes`. A broken string is answered by `onMalformed`,
 * not by a crash.
 */
function channel(wire: Wire, onBytes: (bytes: Uint8Array) => void) {
  return {
    post: (text: string) => wire.send(text),
    on: (listener: (text: string) => void) => {
      wire.onMessage((message: WireMessage) => {
        if (typeof message === 'string') listener(message);
        else onBytes(message);
      });
    },
    serialize,
    deserialize,
    timeout: -1,
  };
}

/**
 * birpc's hook for errors outside a handler: a malformed message is told and done with; any other error goes to its
 * caller.
 */
function tellMalformed(onMalformed: OnMalformed) {
  return (error: Error): boolean => {
    if (!(error instanceof MalformedMessage)) return false;
    onMalformed(error.message);
    return true;
  };
}

function unknownMethod(name: string): never {
  throw problem('bad-input', `There is no method named ${name}.`, `没有名为 ${name} 的方法。`);
}

function requestProblem(method: string, error: z.ZodError): ProblemError {
  const issue = error.issues[0];
  const where = issue?.path.length ? issue.path.join('.') : 'request';
  const why = issue?.message ?? 'invalid';
  return problem('bad-input', `${method}: ${where} is not valid: ${why}.`, `${method}：${where} 无效：${why}。`);
}

/**
 * Serves an engine to the reader at the other end of a wire. Requests are validated before the engine sees them; when
 * the wire closes, requests still running are aborted and the engine is disposed of.
 */
export function serve(wire: Wire, makeService: (reader: Reader) => Service, onMalformed: OnMalformed = () => {}): void {
  const running = new Map<number, AbortController>();
  const functions: Record<string, (...args: unknown[]) => unknown> = {};
  const rpc = createBirpc<{ event(event: SessionEvent): void }>(functions, {
    ...channel(wire, () => onMalformed('bytes came from a reader, which sends none')),
    eventNames: ['event'],
    resolver: (name) => (Object.hasOwn(functions, name) ? functions[name] : () => unknownMethod(name)),
    onGeneralError: tellMalformed(onMalformed),
  });
  // An engine tells of the regions it releases while it is disposed of; by then nobody listens, and birpc would throw.
  let open = true;
  const service = makeService({
    event: (event) => {
      if (open) void rpc.event(event);
    },
    frame: (bytes) => wire.send(bytes),
  });

  for (const method of Object.keys(contract) as Method[]) {
    functions[method] = async (request, id) => {
      const parsed = contract[method].request.safeParse(request);
      if (!parsed.success) throw requestProblem(method, parsed.error);
      const controller = new AbortController();
      const number = typeof id === 'number' ? id : 0;
      running.set(number, controller);
      try {
        return await ask(service, method, parsed.data, controller.signal);
      } finally {
        if (running.get(number) === controller) running.delete(number);
      }
    };
  }
  functions.acknowledge = (argument) => {
    const parsed = notifications.acknowledge.safeParse(argument);
    if (parsed.success) service.acknowledge(parsed.data);
    else onMalformed('an acknowledgement that names no frame');
  };
  functions.cancel = (argument) => {
    const parsed = notifications.cancel.safeParse(argument);
    if (parsed.success) running.get(parsed.data.request)?.abort();
    else onMalformed('a cancellation that names no request');
  };

  wire.onClose(() => {
    open = false;
    for (const controller of running.values()) controller.abort();
    rpc.$close();
    void service.dispose();
  });
}

/** The request was parsed by this very method's schema; TypeScript cannot follow that through the table. */
function ask(service: Service, method: Method, request: unknown, signal: AbortSignal): Promise<unknown> {
  if (!Object.hasOwn(service, method)) return service.inSession(method as SessionMethod, request as never, signal);
  return (service[method as 'host'] as (request: unknown, signal: AbortSignal) => Promise<unknown>)(request, signal);
}

/** The reader's side: calls that are typed by the contract, and what the engine tells. */
export interface Client {
  call<M extends Method>(method: M, request: Request<M>, signal?: AbortSignal): Promise<Response<M>>;
  acknowledge(acknowledgement: Acknowledgement): void;
}

const closedProblem = () =>
  problem('gone', 'The connection to Pagescope was closed. Start it again.', '与 Pagescope 的连接已断开，请重新启动。');

const cancelledProblem = () => problem('cancelled', 'The request was cancelled.', '请求已取消。');

/** Connects a reader to the engine at the other end of a wire. */
export function connect(wire: Wire, reader: Reader, onMalformed: OnMalformed = () => {}): Client {
  interface Remote {
    acknowledge(acknowledgement: Acknowledgement): void;
    cancel(cancellation: { request: number }): void;
  }
  const functions = {
    event(argument: unknown): void {
      const parsed = sessionEventSchema.safeParse(argument);
      if (parsed.success) reader.event(parsed.data);
      else onMalformed(`an event of no known shape: ${z.prettifyError(parsed.error)}`);
    },
  };
  const rpc = createBirpc<Remote, typeof functions>(functions, {
    // birpc hands an event over one microtask after it arrived; a frame takes as long, so that neither overtakes the
    // other.
    ...channel(wire, (bytes) => queueMicrotask(() => reader.frame(bytes))),
    eventNames: ['acknowledge', 'cancel'],
    resolver: (name) => (name === 'event' ? functions.event : undefined),
    onGeneralError: tellMalformed(onMalformed),
  });
  let open = true;
  let lastRequest = 0;
  wire.onClose(() => {
    open = false;
    rpc.$close(closedProblem());
  });

  return {
    async call(method, request, signal) {
      if (!open) throw closedProblem();
      if (signal?.aborted) throw cancelledProblem();
      const id = ++lastRequest;
      const answer = rpc.$callRaw({ method, args: [request, id] });
      const cancelled = new Promise<never>((_resolve, reject) => {
        signal?.addEventListener(
          'abort',
          () => {
            void rpc.cancel({ request: id });
            reject(cancelledProblem());
          },
          { once: true },
        );
      });
      const result = await (signal ? Promise.race([answer, cancelled]) : answer);
      // The schema is this method's own; TypeScript cannot follow that through the table.
      return contract[method].response.parse(result ?? undefined) as Response<typeof method>;
    },
    acknowledge: (acknowledgement) => {
      if (open) void rpc.acknowledge(acknowledgement);
    },
  };
}
