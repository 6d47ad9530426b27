import type { RecordingFile } from '../lab/recordings/recording-file.ts';
import { problem } from '../protocol/problem.ts';

/**
 * Throws `bad-input` where a recording has no such step.
 *
 * @param steps of its report
 */
export function checkStep(file: string, steps: ReturnType<RecordingFile['report']>['steps'], step: number): void {
  if (steps.some(({ index }) => index === step)) return;
  const [first, last] = [steps[0]?.index ?? 0, steps.at(-1)?.index ?? 0];
  throw problem(
    'bad-input',
    `${file} has no step ${step}; its steps are ${first} to ${last}.`,
    `${file} 没有第 ${step} 步；其步骤为 ${first} 到 ${last}。`,
  );
}
