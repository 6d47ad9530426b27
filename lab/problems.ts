import { ProblemError, type ProblemKind } from '../protocol/problem.ts';

/** A problem to throw, its sentence in both languages. */
export function problem(kind: ProblemKind, en: string, zh: string, options?: { cause?: unknown }): ProblemError {
  return new ProblemError({ kind, text: { en, zh } }, options);
}
