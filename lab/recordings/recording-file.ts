import { z } from 'zod';
import {
  type RegionInfo,
  regionInfoSchema,
  type Sample,
  type SessionEvent,
  stepSchema,
} from '../../protocol/events.ts';
import { parameterValuesSchema, placementSchema } from '../../protocol/experiment.ts';
import { maxFramePages } from '../../protocol/frame.ts';
import type { Language } from '../../protocol/language.ts';
import { ProblemError, problem } from '../../protocol/problem.ts';
import { environmentSchema, type Report } from '../../protocol/report.ts';
import { attachedId } from '../../protocol/target.ts';
import { textSchema } from '../../protocol/text.ts';
import {
  type RecordedActions,
  recordedActionSchema,
  type SavedWorkbench,
  savedWorkbenchId,
} from '../../protocol/workbench.ts';
import { cProgram, stepProgram } from '../c-program/c-program.ts';
import type { LoggedOperation } from '../operations/logged-operation.ts';
import type { RecordingHeader } from '../session/recording.ts';
import { Transcript } from '../session/transcript.ts';
import { loggedOperation } from './logged-operations.ts';
import { RecordedEvents } from './recorded-events.ts';
import { type PagesAt, RecordedFrames, type RecordedSnapshot } from './recorded-frames.ts';
import { count, type MostJson, Rows, type TimedTable } from './rows.ts';

const headerSchema = z.object({
  version: z.string(),
  experiment: z.object({ id: z.string(), title: textSchema, parameters: parameterValuesSchema }),
  placement: placementSchema,
  pid: z.int().positive(),
  createdAt: z.iso.datetime(),
  environment: environmentSchema,
});

/** Regions of a whole session. */
const mostRegions: MostJson = { rows: 1 << 14, length: 4 << 20 };
/** Regions that are never released: those are drawn side by side, and a workbench may have 128. */
const mostKept = 256;

/** Of more samples a report gets some: it keeps fewer still. */
const mostSamples = 1 << 16;

/** What the session of a workbench calls its experiment. */
const workbenchId = 'workbench';

/**
 * A recording that is read: also one whose writer was killed, and one that is damaged or hostile. What cannot be read
 * is left out and counted; the rest is told as the session told it.
 */
export class RecordingFile implements Disposable {
  readonly header: RecordingHeader;
  readonly #rows: Rows;
  readonly #regions: ReadonlyMap<number, RegionInfo>;
  readonly #frames: RecordedFrames;
  readonly #events: RecordedEvents;

  /** Throws `bad-input` when it is not a recording of this version, and `cannot-run-here` where Node is too old. */
  constructor(file: string) {
    this.#rows = new Rows(file);
    this.#events = new RecordedEvents(this.#rows);
    try {
      this.header = this.#readHeader(file);
      this.#regions = this.#readRegions();
      this.#frames = new RecordedFrames(this.#rows, this.#regions);
    } catch (error) {
      this.#rows[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#rows[Symbol.dispose]();
  }

  /** Rows that could not be read so far. */
  get damaged(): number {
    return this.#rows.damaged;
  }

  /** One more was found that could not be read. */
  addDamaged(): void {
    this.#rows.damaged++;
  }

  get regions(): readonly RegionInfo[] {
    return [...this.#regions.values()];
  }

  /** Of the newest thing that was recorded. Times rise with the rows: to look at all would take an hour's 50 ms. */
  get durationNs(): number {
    const newest = (table: TimedTable) =>
      this.#rows.number(`SELECT t_ns AS n FROM ${table} WHERE id = ?`, this.#rows.newestRow(table)) ?? 0;
    return Math.max(newest('frame'), newest('sample'), newest('event'));
  }

  /** How the session ended; undefined when its recording ends before it does. */
  get outcome(): Report['outcome'] | undefined {
    const state = this.#events.lastState;
    if (state === 'open') return 'completed';
    return state === 'completed' || state === 'stopped' || state === 'failed' ? state : undefined;
  }

  /** Claims by how they came out, without reading anything else. */
  get claims(): Readonly<Record<'held' | 'failed' | 'skipped', number>> {
    const newest = new Map<string, 'held' | 'failed' | 'skipped'>();
    for (const { event } of this.#events.timed('claim')) {
      if (event.kind === 'claim') newest.set(event.claim.id, event.claim.status);
    }
    const counts = { held: 0, failed: 0, skipped: 0 };
    for (const status of newest.values()) counts[status]++;
    return counts;
  }

  /** What was told of one kind, in order. */
  events(kind: SessionEvent['kind']): Iterable<SessionEvent> {
    return this.#events.of(kind);
  }

  /**
   * What else was told, beside steps, samples and pages: each kind in order. Of states the first and the last.
   *
   * @param except what is not asked for
   */
  otherEvents(except: readonly SessionEvent['kind'][] = []): Iterable<SessionEvent> {
    return this.#events.others(except);
  }

  /** Steps, and between them the claims: each after the step that settled it. */
  *stepsAndClaims(): Generator<Extract<SessionEvent, { kind: 'step' | 'claim' }>> {
    const claims = this.#events.timed('claim');
    let next = claims.next();
    for (const step of this.steps()) {
      for (; !next.done && next.value.tNs <= step.startedNs; next = claims.next()) {
        if (next.value.event.kind === 'claim') yield next.value.event;
      }
      yield { kind: 'step', session: 1, step };
    }
    for (; !next.done; next = claims.next()) {
      if (next.value.event.kind === 'claim') yield next.value.event;
    }
  }

  *steps() {
    for (const { json } of this.#rows.withJson('SELECT json FROM step ORDER BY idx')) {
      const parsed = stepSchema.safeParse(json);
      if (parsed.success) yield parsed.data;
      else this.#rows.damaged++;
    }
  }

  /** When each step began, ns since the session did, without reading anything else of them. */
  stepStarts(): number[] {
    return [...this.#rows.all('SELECT started_ns AS n FROM step ORDER BY idx')].flatMap(({ n }) => count(n) ?? []);
  }

  get sampleCount(): number {
    return this.#rows.number('SELECT count(*) AS n FROM sample') ?? 0;
  }

  /** @param every this one of them, where not all are needed */
  *samples(every = 1): Generator<Sample> {
    const columns = 't_ns, vm_lck, vm_rss, minor_faults, major_faults, memlock_soft';
    for (const row of this.#rows.all(`SELECT ${columns} FROM sample WHERE id % ? = 0 ORDER BY id`, every)) {
      const [tNs, vmLck, vmRss, minorFaults, majorFaults] = [
        row.t_ns,
        row.vm_lck,
        row.vm_rss,
        row.minor_faults,
        row.major_faults,
      ].map(count);
      if (
        tNs === undefined ||
        vmLck === undefined ||
        vmRss === undefined ||
        minorFaults === undefined ||
        majorFaults === undefined
      ) {
        this.#rows.damaged++;
        continue;
      }
      const soft = row.memlock_soft === -1 ? ('unlimited' as const) : count(row.memlock_soft);
      yield { tNs, vmLck, vmRss, minorFaults, majorFaults, ...(soft === undefined ? {} : { memlockSoft: soft }) };
    }
  }

  /** By region, the times in which it was looked at, in order: at both ends, and between them where nothing changed. */
  seen(): ReadonlyMap<number, readonly { readonly fromNs: number; readonly toNs: number }[]> {
    const all = new Map<number, { fromNs: number; toNs: number }[]>();
    for (const row of this.#rows.all('SELECT region, from_ns, to_ns FROM seen ORDER BY id')) {
      const [region, fromNs, toNs] = [row.region, row.from_ns, row.to_ns].map(count);
      if (region === undefined || fromNs === undefined || toNs === undefined) this.#rows.damaged++;
      else {
        const stretches = all.get(region) ?? [];
        stretches.push({ fromNs, toNs });
        all.set(region, stretches);
      }
    }
    return all;
  }

  /** Every frame in order, or a region's, with the pages after it. */
  snapshots(only?: number): Generator<RecordedSnapshot> {
    return this.#frames.snapshots(only);
  }

  /** A region's pages at an instant, ns since the session began; undefined before its first frame, and where lost. */
  pagesAt(region: number, tNs: number): PagesAt | undefined {
    return this.#frames.pagesAt(region, tNs);
  }

  /** A node of the summary, of some frames of one region; its body as `Summary` takes it. */
  *summary(region: number): Generator<{ fromNs: number; toNs: number; body: Uint8Array }> {
    const columns = 't_from, t_to, body';
    for (const row of this.#rows.all(`SELECT ${columns} FROM summary WHERE region = ? ORDER BY id`, region)) {
      const [fromNs, toNs] = [row.t_from, row.t_to].map(count);
      if (fromNs === undefined || toNs === undefined || !(row.body instanceof Uint8Array)) this.#rows.damaged++;
      else yield { fromNs, toNs, body: row.body };
    }
  }

  /** How many frames a region has, and how many bytes they take; where a part is cut off, those of the file. */
  sizeOf(region: number): { readonly frames: number; readonly bytes: number } {
    const of = (what: string, table: string) =>
      this.#rows.number(`SELECT ${what} AS n FROM ${table} WHERE region = ?`, region);
    const damaged = this.#rows.damaged;
    const frames = of('count(*)', 'frame') ?? 0;
    const bytes = (of('sum(length(body))', 'frame') ?? 0) + (of('sum(length(body))', 'keyframe') ?? 0);
    if (this.#rows.damaged > damaged) return { frames: this.#rows.newestRow('frame'), bytes: this.#rows.fileBytes };
    return { frames, bytes };
  }

  /** How many frames a region has, and about how many runs of pages they changed; soon found. */
  changesOf(region: number): { readonly frames: number; readonly runs: number } {
    return {
      frames:
        this.#rows.number('SELECT count(*) AS n FROM frame WHERE region = ?', region) ?? this.#rows.newestRow('frame'),
      runs:
        this.#rows.number('SELECT runs_before AS n FROM frame WHERE region = ? ORDER BY id DESC LIMIT 1', region) ?? 0,
    };
  }

  /** When a region was looked at after steps, and after which. */
  *looksAfterSteps(region: number): Generator<{ readonly takenNs: number; readonly step: number }> {
    const sql = 'SELECT t_ns, step FROM frame WHERE region = ? AND step >= 0 ORDER BY id';
    for (const row of this.#rows.all(sql, region)) {
      const [takenNs, step] = [row.t_ns, row.step].map(count);
      if (takenNs !== undefined && step !== undefined) yield { takenNs, step };
    }
  }

  /** The report of all that is there, as the session itself would have given it. @param until the last step of pages */
  report(language: Language, until = Number.POSITIVE_INFINITY): Report {
    const { environment, ...header } = this.header;
    const transcript = new Transcript(header);
    const session = 1;
    for (const region of this.regions) transcript.add({ kind: 'region', session, region });
    const steps = new Set<number>();
    for (const step of this.steps()) {
      steps.add(step.index);
      transcript.add({ kind: 'step', session, step });
    }
    for (const { step, region, counted, ...snapshot } of this.#frames.countedAfterSteps()) {
      const { counts, runs } = counted;
      if (steps.has(step) && step <= until) transcript.addSnapshot(step, region, { ...snapshot, counts, runs });
    }
    const every = Math.ceil(this.sampleCount / mostSamples) || 1;
    for (const sample of this.samples(every)) transcript.add({ kind: 'sample', session, sample });
    for (const event of this.otherEvents()) transcript.add(event);
    return transcript.report(environment, language);
  }

  /**
   * The operations as a C program; with a step, the lines of that one alone. Throws `bad-input` where what is there of
   * them is not enough for one.
   */
  async program(step?: number): Promise<string> {
    if (this.header.experiment.id === attachedId) throw notOurs();
    const log: LoggedOperation[] = [];
    const sql = 'SELECT o.json AS json, s.region AS region FROM operation o LEFT JOIN step s ON s.idx = o.step';
    for (const { row, json } of this.#rows.withJson(`${sql} ORDER BY o.step`)) {
      const operation = loggedOperation(json);
      // A region may have got its name later.
      const name = this.#regions.get(count(row.region) ?? 0)?.name;
      if (!operation) this.#rows.damaged++;
      else log.push(operation.kind === 'map' && !operation.refused ? { ...operation, named: { name } } : operation);
    }
    try {
      return step === undefined ? await cProgram(log) : stepProgram(log, step);
    } catch (cause) {
      if (cause instanceof ProblemError) throw cause;
      throw problem(
        'bad-input',
        'The operations of this recording are damaged and cannot be written as C; the other formats have what is left.',
        '此录制中的操作记录已损坏，无法写成 C；其他格式包含其余内容。',
        { cause },
      );
    }
  }

  /** The workbench as it can be opened again. Throws `bad-input` where the session was none. */
  saved(): SavedWorkbench {
    if (this.header.experiment.id !== workbenchId) {
      throw problem(
        'bad-input',
        'This is the recording of an experiment, not of a workbench: there are no actions to open again.',
        '这是实验的录制，而不是工作台的录制：没有可重新执行的操作。',
      );
    }
    const actions: RecordedActions = [];
    let added = 0;
    for (const event of this.events('action')) {
      const parsed = recordedActionSchema.safeParse(event);
      if (!parsed.success) {
        this.#rows.damaged++;
        continue;
      }
      const { action, result } = parsed.data;
      // The number of a region is that of its action among those that add one; it may have got its name later.
      const name = action.kind === 'add' ? this.#regions.get(++added)?.name : undefined;
      const named =
        action.kind === 'add' && name !== undefined ? { ...action, region: { ...action.region, name } } : action;
      actions.push({ action: named, ...(result && { result }) });
    }
    const { version, createdAt, environment } = this.header;
    const { kernel, pageSize } = environment;
    return { schema: savedWorkbenchId, pagescope: version, savedAt: createdAt, kernel, pageSize, actions };
  }

  #readHeader(file: string): RecordingHeader {
    const entries = [...this.#rows.all('SELECT key, value FROM meta LIMIT 64')].map(({ key, value }) => {
      const isJson = key === 'experiment' || key === 'environment' || key === 'pid';
      return [key, isJson ? this.#rows.json(value) : value];
    });
    const parsed = headerSchema.safeParse(Object.fromEntries(entries));
    if (parsed.success) return parsed.data;
    throw problem(
      'bad-input',
      `${file} cannot be opened: what it says of its session is damaged.`,
      `无法打开 ${file}：其中关于会话的信息已损坏。`,
    );
  }

  #readRegions(): Map<number, RegionInfo> {
    const regions = new Map<number, RegionInfo>();
    const released = this.#events.released();
    let kept = 0;
    for (const { json } of this.#rows.withJson('SELECT json FROM region ORDER BY id', [], mostRegions)) {
      const { success, data } = regionInfoSchema.safeParse(json);
      const taken = success && data.pages <= maxFramePages && (released.has(data.id) || kept++ < mostKept);
      if (taken) regions.set(data.id, data);
      else this.#rows.damaged++;
    }
    return regions;
  }
}

/** Of another process what it did is not known, only what was seen. */
function notOurs(): ProblemError {
  return problem(
    'bad-input',
    'This is a recording of another process: which calls it made is not known, so there is no C program of it.',
    '这是另一个进程的录制：它做了哪些调用不得而知，因此没有对应的 C 程序。',
  );
}
