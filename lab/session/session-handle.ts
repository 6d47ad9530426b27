import { problem } from '../../protocol/problem.ts';
import type { Received, Response, SessionMethod } from '../../protocol/service.ts';
import type { Text } from '../../protocol/text.ts';

/** A session as its service drives it, wherever it runs: in this process or in its own. */
export interface SessionHandle {
  readonly pid: number;
  /**
   * Does what the contract's method of this name says. Throws `bad-input` where this kind of session does no such
   * thing.
   */
  answer<M extends SessionMethod>(method: M, request: Received<M>): Promise<Response<M>>;
  acknowledge(region: number, sequence: number): void;
  /** Ends what runs and releases every region. Once; later calls wait for the first. */
  dispose(): Promise<void>;
}

/** The methods of the contract that one kind of session answers. */
export type Answers = { readonly [M in SessionMethod]?: (request: Received<M>) => Promise<Response<M>> };

/** Answers by what is there, and refuses the rest: `what` the session is, and why it has no such method. */
export async function answerBy<M extends SessionMethod>(
  answers: Answers,
  what: Text,
  method: M,
  request: Received<M>,
): Promise<Response<M>> {
  const answer: Answers[M] = answers[method];
  if (answer) return answer(request);
  throw problem('bad-input', `${what.en}, so it can’t do ‘${method}’.`, `${what.zh}，不能执行“${method}”。`);
}
