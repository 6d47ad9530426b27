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

/** Any thrown value as a problem; what is not one already is a fault of our own. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const message = error instanceof Error ? error.message : String(error);
  return {
    kind: 'internal',
    text: {
      en: `Pagescope made a mistake: ${message}. Please report it with what you did.`,
      zh: `Pagescope 内部出错：${message}。请附上操作步骤反馈给我们。`,
    },
  };
}
