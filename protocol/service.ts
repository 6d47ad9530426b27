import { z } from 'zod';
import { comparisonSchema } from './comparison.ts';
import { addressSchema, type SessionEvent } from './events.ts';
import { experimentDescriptorSchema, parameterValuesSchema, placementSchema } from './experiment.ts';
import { filesContract } from './files.ts';
import { limitsReportSchema } from './limits.ts';
import { regionNameSchema, regionRequestSchema } from './mapping.ts';
import { otherPagesSchema } from './other-pages.ts';
import { toolSchema } from './page-call.ts';
import { problemSchema } from './problem-schema.ts';
import {
  targetPagesRequestSchema,
  targetPagesSchema,
  watchedAnswerSchema,
  watchRequestSchema,
} from './process-look.ts';
import { processesRequestSchema, processesSchema } from './processes.ts';
import { maxPaceMs, sampleRateBounds } from './rates.ts';
import { environmentSchema, reportSchema } from './report.ts';
import { csvTables, reportFormats } from './report-formats.ts';
import { languageSchema, textSchema } from './text.ts';
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
/** For an engine whose host records the session: it tells the operations too. */
const recorded = z.boolean().optional();

const recordedExperimentSchema = z.object({
  id: z.string(),
  title: textSchema,
  parameters: parameterValuesSchema,
});

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
  recorded,
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
  recorded,
});

export const attachRequestSchema = z.object({
  pid: z.int().positive(),
  /** The `startTicks` of its row: another process that has the pid by now is refused. */
  startTicks: z.int().nonnegative().optional(),
  /** For an isolated engine: the number that its host has given the session. */
  session: session.optional(),
  sampleHz: z.number().min(sampleRateBounds.minimum).max(sampleRateBounds.maximum).default(sampleRateBounds.default),
});

/** A recording as a list shows it; without `read` it cannot be opened, and `problem` says why. */
export const listedRecordingSchema = z.object({
  file: z.string(),
  sizeBytes: z.int().nonnegative(),
  /** It stays whatever the limit is. */
  kept: z.boolean(),
  read: z
    .object({
      createdAt: z.string(),
      experiment: recordedExperimentSchema,
      durationNs: z.number().nonnegative(),
      /** Left out when the recording ends before its session did, or goes on. */
      outcome: reportSchema.shape.outcome.optional(),
      claims: z.object({
        held: z.int().nonnegative(),
        failed: z.int().nonnegative(),
        skipped: z.int().nonnegative(),
      }),
    })
    .optional(),
  problem: problemSchema.optional(),
});
export type ListedRecording = z.infer<typeof listedRecordingSchema>;

/** A filmstrip in letters, row after row: the number of a page state, or a dot where no page was seen. */
export const thumbnailSchema = z.object({
  columns: z.int().nonnegative(),
  rows: z.int().nonnegative(),
  cells: z.string().regex(/^[\d.]*$/),
});
export type Thumbnail = z.infer<typeof thumbnailSchema>;

/** Bytes that one reader may upload in all, and in one piece. */
export const maxUploadBytes = 1 << 29;
export const maxPieceBytes = 1 << 20;

/** The path of a recording. */
const file = z.string().min(1).max(4096);

export const reopenRequestSchema = z.object({
  file,
  /** For an isolated engine: the number that its host has given the session. */
  session: session.optional(),
});

export const reopenedSchema = z.object({
  session,
  /** What the recording says of its session. */
  version: z.string(),
  createdAt: z.string(),
  experiment: recordedExperimentSchema,
  placement: placementSchema,
  pid: z.int().positive(),
  environment: environmentSchema,
});
export type Reopened = z.infer<typeof reopenedSchema>;

/**
 * The one contract between a reader (the window, the command line) and an engine (in the host or in an isolated
 * process). Every method takes one object and is validated where it is received. `notifications` are sent without
 * waiting for an answer.
 */
export const contract = {
  /** The host, and the machine it runs on. */
  host: { request: z.object({}), response: hostInfoSchema },
  /** What the engine's process may lock, or another one, and how to raise it. Measured anew at each call. */
  limits: {
    request: z.object({
      pid: z.int().positive().optional(),
      /** The `startTicks` of its row: another process that has the pid by now is refused. */
      startTicks: z.int().nonnegative().optional(),
    }),
    response: limitsReportSchema,
  },
  /** All processes: who they are, what they hold, what they lock of which limit. Only what changed, as a rule. */
  processes: { request: processesRequestSchema, response: processesSchema },
  /** One process: its mappings and pages, looked at anew only when something moved and its cost allows. */
  process: { request: watchRequestSchema, response: watchedAnswerSchema },
  /** The pages of one mapping, by the last look at its process. */
  processPages: { request: targetPagesRequestSchema, response: targetPagesSchema },
  ...filesContract,
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
  /**
   * Opens a session of another process's memory, looked at from outside, in a process of its own: nothing of it blocks
   * the host. Its state is `open` until the target ends or executes another program, which is `failed` with a problem
   * of kind `gone`; all that was seen stays. The answer's `pid` is the target's. What is told of it is the event
   * `target`; samples are the target's too.
   */
  attach: { request: attachRequestSchema, response: startedSchema },
  /**
   * Shows the mapping at an address of the target as a region, which is looked at again when something moved. Of one
   * with more than `mostRegionPages` pages, that part which has the address; region.address and length say which.
   * One that is open already answers its region. A region keeps its range: what is unmapped of it, or another
   * mapping's by then, is shown as unmapped. When the mapping grows it is `released` and comes again as a new region;
   * when nothing of it is left it is `released`. Each is a step that says so.
   */
  openMapping: {
    request: z.object({ session, address: addressSchema }),
    response: z.object({ region }),
  },
  /** Looks at that mapping no longer. */
  closeMapping: { request: z.object({ session, region }), response: nothing },
  /**
   * Reads smaps of the target once, whatever it costs it (`smapsPriceNs` of the event `target` is told before): PSS,
   * dirty bytes, and which mappings are locked. What was read comes as the event `target`.
   */
  smaps: { request: z.object({ session }), response: nothing },
  /**
   * Whether anything of the session is shown, or wanted: while nothing is, pages are looked at after steps, and between
   * them every two seconds at the most. The target of an attached one is only asked what it holds.
   */
  shown: { request: z.object({ session, shown: z.boolean() }), response: nothing },
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
  /** The session so far, written as text. A CSV has one table: the steps, where no other is named. */
  export: {
    request: z.object({
      session,
      format: z.enum(reportFormats),
      table: z.enum(csvTables).optional(),
      language: languageSchema,
    }),
    response: z.string(),
  },
  /**
   * What was recorded here, the newest first, and how many bytes all together and each of them may take: 0 records
   * nothing.
   */
  recordings: {
    request: z.object({}),
    response: z.object({
      listed: z.array(listedRecordingSchema),
      mostBytes: z.int().nonnegative(),
      mostBytesOfOne: z.int().nonnegative(),
      /** Whether the host's environment sets the limit, so that nobody can change it. */
      fixed: z.boolean(),
      /** Why what the user has set is not used. */
      problem: problemSchema.optional(),
    }),
  },
  /**
   * Sets how many bytes all recordings may take, and deletes the oldest that are over it. Where there are such and
   * `deletes` is not true, nothing is changed, and the answer says how many they are.
   */
  limitRecordings: {
    request: z.object({ mostBytes: z.int().nonnegative(), deletes: z.boolean() }),
    response: z.object({ over: z.object({ count: z.int(), bytes: z.int() }).optional() }),
  },
  /** The filmstrip of a listed recording, small. */
  thumbnail: { request: z.object({ file }), response: thumbnailSchema },
  /** Makes a listed recording stay whatever the limit is, or no longer. */
  keepRecording: { request: z.object({ file, kept: z.boolean() }), response: nothing },
  /** Deletes a listed recording. */
  deleteRecording: { request: z.object({ file }), response: nothing },
  /**
   * A piece of a recording that the reader has and this machine has not, as base64; without a number, its first. The
   * file is there until the connection ends.
   */
  upload: {
    request: z.object({
      upload: z.int().positive().optional(),
      bytes: z
        .string()
        .max(Math.ceil(maxPieceBytes / 3) * 4)
        .regex(/^[A-Za-z\d+/]*={0,2}$/),
    }),
    response: z.object({ upload: z.int().positive(), file: z.string() }),
  },
  /**
   * Opens a recording as a session: its events and frames come as they came then, but faster, and it takes no orders.
   * Events may arrive before the answer.
   */
  reopen: { request: reopenRequestSchema, response: reopenedSchema },
  /**
   * Of a recording that told its film alone: has the frames come that lead to its pages at an instant. Of several that
   * are asked for at once the newest may be the only one.
   */
  pagesAt: { request: z.object({ session, tNs: z.number().nonnegative() }), response: nothing },
  /** Of such a recording: its pages at a few other instants, each told from those at `tNs`. */
  otherPages: {
    request: z.object({ session, tNs: z.number().nonnegative(), at: z.array(z.number().nonnegative()).max(8) }),
    response: z.array(otherPagesSchema),
  },
  /** Two sessions of this reader, recordings or not, side by side as they are now. */
  compare: { request: z.object({ a: session, b: session, language: languageSchema }), response: comparisonSchema },
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

/**
 * The methods that one open session answers: all that name one, but for `close`, which ends it, and `export`, which is
 * made of its answers.
 */
export type SessionMethod = Exclude<
  { [M in Method]: Received<M> extends { session: number } ? M : never }[Method],
  'close' | 'export'
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
