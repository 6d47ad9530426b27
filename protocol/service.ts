import { z } from 'zod';
import type { SessionEvent } from './events.ts';
import { experimentDescriptorSchema, parameterValuesSchema, placementSchema } from './experiment.ts';
import { limitsReportSchema } from './limits.ts';
import { regionNameSchema, regionRequestSchema } from './mapping.ts';
import { toolSchema } from './page-call.ts';
import { maxPaceMs, sampleRateBounds } from './rates.ts';
import { environmentSchema, reportSchema } from './report.ts';
import { languageSchema } from './text.ts';
import {
  actionSchema,
  inverseSchema,
  pageRunsSchema,
  processToolSchema,
  savedWorkbenchSchema,
  uncheckedActionsSchema,
} from './workbench.ts';

const session = z.int().positive();
const region = z.int().positive();
const nothing = z.void();

export const hostInfoSchema = z.object({
  kind: z.enum(['electron', 'browser', 'isolated', 'cli']),
  version: z.string(),
  /** The process whose memory inline sessions live in. */
  pid: z.int().positive(),
  environment: environmentSchema,
  /** Bytes that all sessions of this host together may commit. */
  budgetBytes: z.int().positive(),
});
export type HostInfo = z.infer<typeof hostInfoSchema>;

export const startRequestSchema = z.object({
  experiment: z.string().max(64),
  parameters: parameterValuesSchema.default({}),
  /** Without it, the experiment's own; or `isolated` when it commits more than an inline session may. */
  placement: placementSchema.optional(),
  /** Milliseconds to wait before each step; 0 does not wait. */
  paceMs: z.number().min(0).max(maxPaceMs).default(0),
  /** Start paused before the first step. */
  paused: z.boolean().default(false),
  /** For an isolated engine: the number that its host has given the session. */
  session: session.optional(),
  sampleHz: z.number().min(sampleRateBounds.minimum).max(sampleRateBounds.maximum).default(sampleRateBounds.default),
});
export type StartRequest = z.infer<typeof startRequestSchema>;

export const startedSchema = z.object({
  session,
  placement: placementSchema,
  pid: z.int().positive(),
  /** As they will be used: the given ones, checked, and the defaults of the others. */
  parameters: parameterValuesSchema,
});
export type Started = z.infer<typeof startedSchema>;

export const workbenchRequestSchema = z.object({
  placement: placementSchema.default('inline'),
  /**
   * Actions to be done at once, those of a saved session or a preset; where a result was saved with one, the
   * differences are told.
   */
  actions: uncheckedActionsSchema.optional(),
  /** For an isolated engine: the number that its host has given the session. */
  session: session.optional(),
  sampleHz: z.number().min(sampleRateBounds.minimum).max(sampleRateBounds.maximum).default(sampleRateBounds.default),
});
export type WorkbenchRequest = z.infer<typeof workbenchRequestSchema>;

/**
 * The one contract between a reader (the window, the command line) and an engine (in the host or in an isolated
 * process). Every method takes one object and is validated where it is received. `notifications` are sent without
 * waiting for an answer.
 */
export const contract = {
  /** The host, and the machine it runs on. */
  host: { request: z.object({}), response: hostInfoSchema },
  /** What the engine's process may lock, and how to raise it. Measured anew at each call. */
  limits: { request: z.object({}), response: limitsReportSchema },
  /** The catalogue. */
  experiments: { request: z.object({}), response: z.array(experimentDescriptorSchema) },
  /** Opens a session and runs an experiment in it. Its events may arrive before the answer. */
  start: { request: startRequestSchema, response: startedSchema },
  /** `step` does one step of a paused session and stays paused. `stop` ends the experiment and releases its regions. */
  control: { request: z.object({ session, action: z.enum(['pause', 'resume', 'step', 'stop']) }), response: nothing },
  /** Changes the wait before each step, also while it runs. */
  pace: { request: z.object({ session, paceMs: z.number().min(0).max(maxPaceMs) }), response: nothing },
  /**
   * Opens a workbench: a session without an experiment, whose regions and actions are its user's. It appears as a
   * session like any other.
   */
  workbench: { request: workbenchRequestSchema, response: startedSchema },
  /** Maps a region of the workbench. Without a region the kernel refused; the step says why. */
  addRegion: {
    request: z.object({ session, region: regionRequestSchema }),
    response: z.object({ region: z.int().positive().optional() }),
  },
  /** Gives a region another name. */
  renameRegion: { request: z.object({ session, region, name: regionNameSchema }), response: nothing },
  /** Unmaps a region of the workbench. */
  removeRegion: { request: z.object({ session, region }), response: nothing },
  /** One act on pages of a region, one call for each run of them; it appears as one step, whose index is the answer. */
  act: {
    request: z.object({ session, region, tool: toolSchema, pages: pageRunsSchema }),
    response: z.object({ step: z.int().nonnegative() }),
  },
  /** One act on the workbench's whole process, where that is its own. */
  actOnProcess: {
    request: z.object({ session, tool: processToolSchema }),
    response: z.object({ step: z.int().nonnegative() }),
  },
  /** Ends the action that is under way, after the call that it is in; what was done stays done. */
  interrupt: { request: z.object({ session }), response: nothing },
  /**
   * What was done at a step, with its pages, so that it can be done again. Without an action the step is not of an
   * action's own.
   */
  action: {
    request: z.object({ session, step: z.int().nonnegative() }),
    response: z.object({ action: actionSchema.optional() }),
  },
  /** What would take a step back, from what the kernel showed before it. */
  inverse: { request: z.object({ session, step: z.int().nonnegative() }), response: inverseSchema },
  /** The workbench as it can be stored and opened again. */
  save: { request: z.object({ session }), response: savedWorkbenchSchema.extend({ actions: uncheckedActionsSchema }) },
  /** The report of what the session has shown so far. */
  report: { request: z.object({ session, language: languageSchema }), response: reportSchema },
  /** The steps so far as a C program; with a step, only that step's lines. */
  program: { request: z.object({ session, step: z.int().nonnegative().optional() }), response: z.string() },
  /** Ends the session and releases its regions. */
  close: { request: z.object({ session }), response: nothing },
} as const;

/** What a reader sends without waiting for an answer. */
export const notifications = {
  /** The reader has drawn this frame; the next may come. */
  acknowledge: z.object({ session, region, sequence: z.int().positive() }),
  /** The reader no longer wants the answer to this request. */
  cancel: z.object({ request: z.int().positive() }),
} as const;

export type Contract = typeof contract;
export type Method = keyof Contract;
/** What a caller passes: defaults may be left out. */
export type Request<M extends Method> = z.input<Contract[M]['request']>;
/** What the engine receives: validated, defaults filled in. */
export type Received<M extends Method> = z.output<Contract[M]['request']>;
export type Response<M extends Method> = z.output<Contract[M]['response']>;
export type Acknowledgement = z.infer<typeof notifications.acknowledge>;

/** Where an engine puts what it has to tell. */
export interface Reader {
  event(event: SessionEvent): void;
  /** A frame that the receiver may keep. */
  frame(bytes: Uint8Array): void;
}

/** The methods that one open session answers: all that name one, but for `close`, which ends it. */
export type SessionMethod = Exclude<
  { [M in Method]: Received<M> extends { session: number } ? M : never }[Method],
  'close'
>;

/** The engine's side of the contract, for one reader. `dispose` ends every session of that reader. */
export type Service = {
  [M in Exclude<Method, SessionMethod>]: (request: Received<M>, signal: AbortSignal) => Promise<Response<M>>;
} & {
  /** Hands a request to the session that it names. */
  inSession<M extends SessionMethod>(method: M, request: Received<M>, signal: AbortSignal): Promise<Response<M>>;
  acknowledge(acknowledgement: Acknowledgement): void;
  dispose(): Promise<void>;
};
