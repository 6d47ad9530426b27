import type { Text } from './text.ts';

/**
 * What can go wrong for a person, by kind. A kind is for programs; the text is one sentence that says what failed, on
 * what, why, and what to do.
 *
 * - `bad-input`: the request is wrong (unknown experiment or parameter, value out of bounds, malformed message).
 * - `over-budget`: it would commit more memory than Pagescope may.
 * - `cannot-run-here`: the kernel, a limit or a missing privilege stands in the way.
 * - `gone`: the session, region or connection is no longer there.
 * - `cancelled`: the caller changed its mind.
 * - `died`: the isolated process ended by itself.
 * - `internal`: a fault of Pagescope's own.
 */
export const problemKinds = [
  'bad-input',
  'over-budget',
  'cannot-run-here',
  'gone',
  'cancelled',
  'died',
  'internal',
] as const;
export type ProblemKind = (typeof problemKinds)[number];

export interface Problem {
  readonly kind: ProblemKind;
  readonly text: Text;
  /** The signal that ended an isolated process: `SIGABRT`. */
  readonly signal?: string | undefined;
}

/** A problem that is thrown; it crosses a wire as a `Problem` and is thrown again on the other side. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  constructor(problem: Problem, options?: { cause?: unknown }) {
    super(problem.text.en, options);
    this.problem = problem;
  }
}

/** A problem to throw, its sentence in both languages. */
export function problem(kind: ProblemKind, en: string, zh: string, options?: { cause?: unknown }): ProblemError {
  return new ProblemError({ kind, text: { en, zh } }, options);
}

/** Any thrown value as a problem; what is not one already, and was not refused by the system, is a fault of our own. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (isSystemError(error)) return { kind: 'cannot-run-here', text: whatTheSystemSaid(error) };
  const message = error instanceof Error ? error.message : String(error);
  return {
    kind: 'internal',
    text: {
      en: `Pagescope made a mistake: ${message}. Please report it with what you did.`,
      zh: `Pagescope 内部出错：${message}。请附上操作步骤反馈给我们。`,
    },
  };
}

/** An error that Node made of a system call's errno: `ENOENT: no such file or directory, open '/x'`. */
interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
}

export function isSystemError(error: unknown): error is SystemError {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return false;
  return typeof error.syscall === 'string' && /^E[A-Z0-9]+$/.test(String(error.code));
}

const room = {
  en: 'Make room, or set TMPDIR to a folder with some.',
  zh: '请腾出空间，或把 TMPDIR 设为有空间的文件夹。',
};
const files = { en: 'Allow more open files (ulimit -n).', zh: '请允许打开更多文件（ulimit -n）。' };
const memory = { en: 'Free some memory or processes.', zh: '请释放一些内存或进程。' };
const rights = {
  en: 'Start Pagescope in a folder that you may use, with TMPDIR set to one that you may write to.',
  zh: '请在有权使用的文件夹中启动 Pagescope，并把 TMPDIR 设为可写的文件夹。',
};

/** What helps against an errno of the surroundings. */
const advice: Readonly<Record<string, Text>> = {
  ENOSPC: room,
  EDQUOT: room,
  EMFILE: files,
  ENFILE: files,
  ENOMEM: memory,
  EAGAIN: memory,
  EACCES: rights,
  EPERM: rights,
  EROFS: rights,
  ENOENT: rights,
  ENOTDIR: rights,
};

/** What the system refused, on what and why, as Node says it, and what helps where that is known. */
export function whatTheSystemSaid({ code, message }: SystemError): Text {
  const { en, zh } = advice[code] ?? { en: '', zh: '' };
  return {
    en: `The system refused what is needed here: ${message}. ${en}`.trimEnd(),
    zh: `系统拒绝了这里需要的操作：${message}。${zh}`,
  };
}
