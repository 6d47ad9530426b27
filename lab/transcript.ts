import { histogram, pageCounts } from '../protocol/counts.ts';
import type { Claim, RegionInfo, Sample, SessionEvent, Step } from '../protocol/events.ts';
import type { ParameterValues, Placement } from '../protocol/experiment.ts';
import type { Problem } from '../protocol/problem.ts';
import { type Environment, type Report, type ReportSnapshot, reportSchemaId } from '../protocol/report.ts';
import { runsOf } from '../protocol/runs.ts';
import type { Language, Text } from '../protocol/text.ts';

/** Samples kept; when there are more, every second one is dropped, so that a long session keeps its whole course. */
const maxSamples = 8192;
/** Runs kept over all snapshots (12 bytes each in memory, about 15 in JSON); the counts of later snapshots are kept without runs. */
const maxRuns = 1 << 18;

/** What a report says of the run beside what happened in it. */
export interface TranscriptHeader {
  readonly version: string;
  readonly experiment: { readonly id: string; readonly title: Text; readonly parameters: ParameterValues };
  readonly placement: Placement;
  readonly pid: number;
}

/** Everything that a session has told, kept so that it can be reported, also after the session's process died. */
export class Transcript {
  readonly #header: TranscriptHeader;
  readonly #createdAt = new Date().toISOString();
  readonly #regions: RegionInfo[] = [];
  readonly #steps: Step[] = [];
  readonly #snapshots: ReportSnapshot[] = [];
  readonly #claims = new Map<string, Claim>();
  readonly #measurements: Record<string, number> = {};
  #samples: Sample[] = [];
  #runs = 0;
  #outcome: Report['outcome'] = 'stopped';
  #problem: Problem | undefined;

  constructor(header: TranscriptHeader) {
    this.#header = header;
  }

  add(event: SessionEvent): void {
    switch (event.kind) {
      case 'region':
        this.#regions.push(event.region);
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
      case 'state':
        if (event.state === 'completed' || event.state === 'stopped' || event.state === 'failed')
          this.#outcome = event.state;
        this.#problem = event.problem;
        break;
    }
  }

  /** The states of a region's pages after a step. */
  addSnapshot(step: number, region: number, takenNs: number, flags: Uint8Array): void {
    const runs = this.#runs < maxRuns ? runsOf(flags) : [];
    this.#runs += runs.length;
    const counts = pageCounts(histogram(flags));
    this.#snapshots.push({
      step,
      region,
      takenNs,
      counts,
      runs: runs.map(([first, pages, byte]) => [first, pages, byte]),
    });
  }

  report(environment: Environment, language: Language): Report {
    const { version, experiment, placement, pid } = this.#header;
    return {
      schema: reportSchemaId,
      pagescope: version,
      createdAt: this.#createdAt,
      environment,
      experiment: { ...experiment, title: experiment.title[language] },
      placement,
      pid,
      regions: this.#regions,
      steps: this.#steps.map(({ title, meaning, outcome, ...step }) => ({
        ...step,
        title: title[language],
        ...(meaning ? { meaning: meaning[language] } : {}),
        ...(outcome ? { outcome: outcome[language] } : {}),
      })),
      snapshots: this.#snapshots,
      samples: this.#samples,
      claims: [...this.#claims.values()].map(({ text, reason, ...claim }) => ({
        ...claim,
        text: text[language],
        ...(reason ? { reason: reason[language] } : {}),
      })),
      measurements: this.#measurements,
      outcome: this.#outcome,
      ...(this.#problem ? { error: this.#problem.text[language] } : {}),
    };
  }
}
