import { type Problem, ProblemError, problem } from '../../protocol/problem.ts';
import type { RecordingHeader, StartedRecording } from '../session/recording.ts';
import { Recorder, type RecorderOptions } from './recorder.ts';

/**
 * Records in this process. Throws `cannot-run-here` where the file cannot be made. When something fails later (a full
 * disk), `failed` is told once, and nothing more is recorded; what was written before stays.
 */
export function recordHere(
  file: string,
  header: RecordingHeader,
  options: RecorderOptions,
  failed: (problem: Problem) => void,
): StartedRecording {
  let recorder: Recorder | undefined;
  let steps = 0;
  try {
    recorder = new Recorder(file, header, options);
  } catch (cause) {
    throw cause instanceof ProblemError ? cause : notMade(file, cause);
  }
  const attempt = (what: (recorder: Recorder) => void): void => {
    try {
      if (recorder) what(recorder);
    } catch (cause) {
      const broken = recorder;
      recorder = undefined;
      broken?.abandon();
      failed(notWritten(file, cause, steps).problem);
    }
  };
  return {
    file,
    made: Promise.resolve(),
    safe: Promise.resolve(),
    event: (event) => {
      attempt((to) => to.event(event));
      if (event.kind === 'step') steps = event.step.index + 1;
    },
    frame: (bytes) => attempt((to) => to.frame(bytes)),
    end: () => {
      attempt((to) => to.end());
      recorder = undefined;
    },
  };
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

function notMade(file: string, cause: unknown): ProblemError {
  const why = reasonOf(cause);
  return problem(
    'cannot-run-here',
    `The recording ${file} cannot be made: ${why}. Choose another file or folder.`,
    `无法创建录制文件 ${file}：${why}。请选择其他文件或文件夹。`,
    { cause },
  );
}

function notWritten(file: string, cause: unknown, steps: number): ProblemError {
  const why = reasonOf(cause);
  return problem(
    'cannot-run-here',
    `The session is unrecorded from step ${steps} on: ${file} cannot be written to: ${why}. What came before is in it; make room, and run again.`,
    `从第 ${steps} 步起不再录制：无法写入 ${file}：${why}。此前的内容已保存；请腾出空间后重新运行。`,
    { cause },
  );
}
