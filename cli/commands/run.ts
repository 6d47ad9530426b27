import { constants } from 'node:os';
import { createService } from '../../lab/service/service.ts';
import { nothingMeasured } from '../../protocol/claim-amount.ts';
import type { SessionEvent } from '../../protocol/events.ts';
import { ExitStatus, statusOf } from '../../protocol/exit-status.ts';
import type { ParameterValues, Placement } from '../../protocol/experiment.ts';
import { decodeFrame } from '../../protocol/frame.ts';
import type { Language } from '../../protocol/language.ts';
import { type Problem, ProblemError, problem } from '../../protocol/problem.ts';
import { sampleRateBounds } from '../../protocol/rates.ts';
import type { Report } from '../../protocol/report.ts';
import type { FileFormat } from '../../protocol/report-formats.ts';
import type { Service } from '../../protocol/service.ts';
import type { Text } from '../../protocol/text.ts';
import { nodeHost } from '../host.ts';
import { checkWritable, writeWhole } from '../output-file.ts';
import { recordTo } from '../record-to.ts';
import { printReport } from '../report-text.ts';
import { withoutControls } from '../terminal.ts';

export interface RunOptions {
  readonly id: string;
  readonly parameters: ParameterValues;
  readonly placement: Placement | undefined;
  readonly output: string | undefined;
  /** What `output` gets; the JSON report when not given. */
  readonly format: FileFormat | undefined;
  /** The recording of the run. */
  readonly record: string | undefined;
  /** Whether `record` may take the place of a file that is there. */
  readonly force: boolean;
  readonly json: boolean;
  readonly language: Language;
}

/** A signal that this command was asked to end by: 128 + its number, when everything has been released. */
type Interrupted = { readonly signal: NodeJS.Signals };

type State = Extract<SessionEvent, { kind: 'state' }>;

/**
 * `pagescope run`: runs an experiment and shows what came of it. The exit status tells whether every claim held.
 */
export async function run(options: RunOptions): Promise<number> {
  if (options.output !== undefined) checkWritable(options.output, options.force);
  else if (options.format !== undefined) throw formatOfNothing();
  let ended: (how: State | Interrupted) => void = () => {};
  const end = new Promise<State | Interrupted>((resolve) => {
    ended = resolve;
  });
  let interrupted: Interrupted | undefined;
  const interrupt = (signal: NodeJS.Signals) => {
    interrupted = { signal };
    ended(interrupted);
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt).once('SIGHUP', interrupt);
  const recording = options.record === undefined ? undefined : await recordTo(options.record, options.force);
  const service = createService(
    nodeHost('cli', () => recording?.begin),
    {
      event: (event) => {
        if (event.kind === 'recording' && event.problem) recording?.failed(event.problem);
        if (event.kind === 'state' && event.state !== 'running' && event.state !== 'paused') ended(event);
      },
      // Nobody draws it here; unacknowledged, it would keep the script waiting.
      frame: (bytes) => service.acknowledge(decodeFrame(bytes)),
    },
  );
  try {
    const status = await runIn(service, options, end);
    await service.dispose();
    recording?.finish();
    if (recording?.problem) tell(recording.problem, options.language);
    return status;
  } catch (error) {
    // A terminal's Ctrl-C reaches the isolated process as well, whose end is then no surprise.
    if (interrupted) return statusOfSignal(interrupted);
    throw error;
  } finally {
    await service.dispose();
  }
}

async function runIn(service: Service, options: RunOptions, end: Promise<State | Interrupted>): Promise<number> {
  const never = new AbortController().signal;
  const { session } = await service.start(
    {
      experiment: options.id,
      parameters: options.parameters,
      paceMs: 0,
      paused: false,
      sampleHz: sampleRateBounds.default,
      ...(options.placement ? { placement: options.placement } : {}),
    },
    never,
  );
  const how = await end;
  if ('signal' in how) return statusOfSignal(how);
  const report = await service.inSession('report', { session, language: options.language }, never);
  if (options.output !== undefined) {
    const { asFile } = await import('../file-format.ts');
    const program = () => service.inSession('program', { session }, never);
    const saved = () => service.inSession('save', { session }, never);
    writeWhole(
      options.output,
      await asFile(options.format ?? 'json', { report, language: options.language, program, saved }),
    );
  }
  // Refused before anything was measured: there is nothing to print but the sentence.
  if (how.problem?.kind === 'bad-input' && report.steps.length === 0) throw new ProblemError(how.problem);
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else printReport(report, options.language);
  if (how.problem) tell(how.problem, options.language);
  else if (nothingMeasured(report.claims)) process.stderr.write(`${unmeasured[options.language]}\n`);
  return how.problem ? statusOf(how.problem.kind) : statusOfReport(report);
}

function statusOfSignal({ signal }: Interrupted): number {
  return 128 + constants.signals[signal];
}

function formatOfNothing() {
  return problem(
    'bad-input',
    '--format says what --output writes, and there is no --output; add --output FILE.',
    '--format 指定 --output 写入的格式，但未给出 --output；请加上 --output FILE。',
  );
}

const unmeasured: Text = {
  en: 'Nothing was measured: every claim was skipped, each with its reason.',
  zh: '什么都没有测到：每个断言都被跳过，并各有原因。',
};

function tell({ text }: Problem, language: Language): void {
  process.stderr.write(`${withoutControls(text[language])}\n`);
}

function statusOfReport({ claims }: Report): ExitStatus {
  if (claims.some(({ status }) => status === 'failed')) return ExitStatus.ClaimFailed;
  return nothingMeasured(claims) ? ExitStatus.NothingMeasured : ExitStatus.Held;
}
