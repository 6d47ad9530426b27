import { ProblemError, problem } from '../../protocol/problem.ts';
import type { Reader } from '../../protocol/service.ts';
import type { TranscriptHeader } from '../session/transcript.ts';
import type { IsolatedProcess } from './isolated-process.ts';
import type { IsolatedSession } from './isolated-session.ts';

/** A session in its own process, which is started for it. Throws `cannot-run-here` when that fails. */
export async function isolate(
  spawn: () => Promise<IsolatedProcess>,
  session: number,
  header: Omit<TranscriptHeader, 'pid'>,
  reader: Reader,
): Promise<IsolatedSession> {
  // Loaded when it is wanted: it brings the whole wire protocol with it, which `pagescope run` does without.
  const { IsolatedSession } = await import('./isolated-session.ts');
  let child: IsolatedProcess;
  try {
    child = await spawn();
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    const { id } = header.experiment;
    throw problem(
      'cannot-run-here',
      `The process that ${id} runs in could not be started: ${why}. Free some memory or processes, or install Pagescope again.`,
      `无法启动 ${id} 所需的独立进程：${why}。请释放一些内存或进程，或重新安装 Pagescope。`,
      { cause },
    );
  }
  return new IsolatedSession(session, child, header, reader);
}
