import { histogram, pageCounts } from '../../protocol/counts.ts';
import type { Claim, CoreFile, RegionInfo, Sample, SessionEvent, Step } from '../../protocol/events.ts';
import type { ParameterValues, Placement } from '../../protocol/experiment.ts';
import type { Snapshot } from '../../protocol/frame-stream.ts';
import { inLanguage } from '../../protocol/in-language.ts';
import type { Language } from '../../protocol/language.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { Environment, Report, ReportSnapshot } from '../../protocol/report.ts';
import { reportSchemaId } from '../../protocol/report-id.ts';
import type { ReportedFigure, Result } from '../../protocol/result.ts';
import { resultText } from '../../protocol/result-parts.ts';
import { forEachRun, maxRunPages, packedFlags, packedPages, packRun } from '../../protocol/runs.ts';
import type { Text } from '../../protocol/text.ts';

/** Samples kept; when there are more, every second one is dropped, so that a long session keeps its whole course. */
const maxSamples = 8192;
/**
 * Runs kept over all snapshots (8 bytes each in memory, about 15 in JSON); a snapshot that would exceed them keeps its
 * counts alone.
 */
const maxRuns = 1 << 18;

/** A snapshot whose runs are packed as a frame packs them: first page, then page count << 8 | flags. */
type PackedSnapshot = Omit<ReportSnapshot, 'runs'> & { readonly runs: Uint32Array };

/** What a report says of the run beside what happened in it. */
export interface TranscriptHeader {
  readonly version: string;
  readonly experiment: { readonly id: string; readonly title: Text; readonly parameters: ParameterValues };
  readonly placement: Placement;
  readonly pid: number;
  /** When the session began, ISO 8601; by default now. */
  readonly createdAt?: string;
}

/** Everything that a session has told, kept so that it can be reported, also after the session's process died. */
export class Transcript {
  readonly #header: TranscriptHeader;
  readonly #createdAt: string;
  readonly #regions = new Map<number, RegionInfo>();
  readonly #steps: Step[] = [];
  readonly #snapshots: PackedSnapshot[] = [];
  /** By region, the pages of its last snapshot where they are too many runs to keep. */
  readonly #scattered = new Map<number, Uint8Array>();
  readonly #claims = new Map<string, Claim>();
  readonly #measurements: Record<string, number> = {};
  readonly #coreFiles: CoreFile[] = [];
  #result: Result | undefined;
  #samples: Sample[] = [];
  #runs = 0;
  #outcome: Report['outcome'] = 'stopped';
  #problem: Problem | undefined;

  constructor(header: TranscriptHeader) {
    this.#header = header;
    this.#createdAt = header.createdAt ?? new Date().toISOString();
  }

  add(event: SessionEvent): void {
    switch (event.kind) {
      case 'region':
        this.#regions.set(event.region.id, event.region);
        break;
      case 'step':
        this.#steps.push(event.step);
        break;
      case 'sample':
        if (this.#samples.length >= maxSamples)
          this.#samples = this.#samples.filter((_sample, index) => index % 2 === 0);
        this.#samples.push(event.sample);
        break;
      case 'claim':
        this.#claims.set(event.claim.id, event.claim);
        break;
      case 'measurement':
        this.#measurements[event.name] = event.value;
        break;
      case 'result':
        this.#result = event.result;
        break;
      case 'core-file':
        this.#coreFiles.push(event.coreFile);
        break;
      case 'state':
        if (event.state === 'completed' || event.state === 'stopped' || event.state === 'failed')
          this.#outcome = event.state;
        // A workbench has no script to be stopped: all that was asked of it is done.
        if (event.state === 'open') this.#outcome = 'completed';
        this.#problem = event.problem;
        break;
    }
  }

  /** The states of a region's pages after a step. Keeps nothing of `flags`. @param snapshot its runs, if counted */
  addSnapshot(step: number, region: number, snapshot: Omit<Snapshot, 'step'> & { readonly runs?: number }): void {
    const { flags, takenNs, unknown, lazilyFree } = snapshot;
    const runs = packRuns(flags, maxRuns - this.#runs, snapshot.runs);
    const scattered = this.#scattered.get(region);
    if (runs.length > 0 || flags.length === 0) this.#scattered.delete(region);
    else if (scattered?.length === flags.length) scattered.set(flags);
    else this.#scattered.set(region, flags.slice());
    this.#runs += runs.length / 2;
    const counts = snapshot.counts ?? pageCounts(histogram(flags));
    this.#snapshots.push({
      step,
      region,
      takenNs,
      counts,
      ...(unknown ? { unknown } : {}),
      ...(lazilyFree === undefined ? {} : { lazilyFree }),
      runs,
    });
  }

  report(environment: Environment, language: Language): Report {
    const scattered = new Map([...this.#scattered].map(([region, flags]) => [this.#lastOf(region), packPages(flags)]));
    const { version, experiment, placement, pid } = this.#header;
    return {
      schema: reportSchemaId,
      pagescope: version,
      createdAt: this.#createdAt,
      environment: { ...environment, features: featuresIn(environment.features, language) },
      experiment: { ...experiment, title: experiment.title[language] },
      placement,
      pid,
      regions: [...this.#regions.values()],
      steps: this.#steps.map(({ title, meaning, outcome, diagnosis, ...step }) => ({
        ...step,
        title: title[language],
        ...(meaning ? { meaning: meaning[language] } : {}),
        ...(outcome ? { outcome: outcome[language] } : {}),
        ...(diagnosis ? { diagnosis: { ...diagnosis, text: diagnosis.text[language] } } : {}),
      })),
      snapshots: this.#snapshots.map((snapshot) => {
        const pages = scattered.get(snapshot);
        return { ...snapshot, runs: unpackRuns(snapshot.runs), ...(pages && { pages }) };
      }),
      samples: [...this.#samples],
      claims: [...this.#claims.values()].map(({ text, reason, ...claim }) => ({
        ...claim,
        text: text[language],
        ...(reason ? { reason: reason[language] } : {}),
      })),
      ...(this.#result ? { result: reported(this.#result, language) } : {}),
      measurements: { ...this.#measurements },
      ...(this.#coreFiles.length > 0
        ? { coreFiles: this.#coreFiles.map(({ title, ...found }) => ({ ...found, title: title[language] })) }
        : {}),
      outcome: this.#outcome,
      ...(this.#problem ? { error: this.#problem.text[language] } : {}),
    };
  }

  #lastOf(region: number): PackedSnapshot | undefined {
    return this.#snapshots.findLast((snapshot) => snapshot.region === region);
  }
}

/** As `pages` of a report's snapshot has them. */
function packPages(flags: Uint8Array): string {
  const { deflateSync } = process.getBuiltinModule('node:zlib');
  return deflateSync(flags, { level: 1 }).toString('base64');
}

function reported({ text, values, figure, ...rest }: Result, language: Language): Report['result'] {
  const [said, drawn] = [resultText({ text, values }, language), inLanguage(figure, language) as ReportedFigure];
  return { text: said, values, figure: drawn, ...rest };
}

function featuresIn(features: Environment['features'], language: Language): Report['environment']['features'] {
  const entries = Object.entries(features).map(([name, { state, reason }]) => {
    return [name, { state, ...(reason ? { reason: reason[language] } : {}) }] as const;
  });
  return Object.fromEntries(entries);
}

/**
 * The runs of a snapshot, or none when there are more than `most`: those of a shuffled region would fill the memory.
 */
function packRuns(flags: Uint8Array, most: number, counted?: number): Uint32Array {
  const count = counted === undefined ? mostRuns(flags) : counted + Math.floor(flags.length / maxRunPages);
  if (count > most) return new Uint32Array(0);
  const packed = new Uint32Array(count * 2);
  let at = 0;
  forEachRun(flags, (firstPage, pageCount, byte) => {
    packed[at++] = firstPage;
    packed[at++] = packRun(pageCount, byte);
  });
  return at === packed.length ? packed : packed.slice(0, at);
}

/**
 * The number of runs, or a little more where long ones may be cut. A loop over neighbours takes a tenth of visiting
 * every run.
 */
function mostRuns(flags: Uint8Array): number {
  let count = 1 + Math.floor(flags.length / maxRunPages);
  for (let page = 1; page < flags.length; page++) if (flags[page] !== flags[page - 1]) count++;
  return count;
}

function unpackRuns(packed: Uint32Array): ReportSnapshot['runs'] {
  const runs: ReportSnapshot['runs'] = [];
  for (let at = 0; at < packed.length; at += 2) {
    const word = packed[at + 1] ?? 0;
    runs.push([packed[at] ?? 0, packedPages(word), packedFlags(word)]);
  }
  return runs;
}
