import { useEffect, useState } from 'react';
import type { Processes, ProcessRow } from '../../../protocol/processes.ts';
import { useActions } from '../../context/context.ts';

const everyMs = 1000;

/** All processes by their pids, as of the last second, and what the last answer says of the machine and of its cost. */
export interface KnownProcesses {
  readonly rows: ReadonlyMap<number, ProcessRow>;
  /** Undefined until the first answer. */
  readonly answer: Processes | undefined;
}

/** What an answer changes of what was known. */
export function withAnswer({ rows }: KnownProcesses, answer: Processes): KnownProcesses {
  const all = new Map(answer.whole ? [] : rows);
  for (const gone of answer.gone) all.delete(gone);
  for (const row of answer.rows) all.set(row.pid, row);
  return { rows: all, answer };
}

/**
 * Asks once a second for what changed, and not at all while the window is hidden.
 *
 * @param wanted whether anybody looks at them
 */
export function useProcesses(wanted = true): KnownProcesses {
  const { process } = useActions();
  const [known, setKnown] = useState<KnownProcesses>({ rows: new Map(), answer: undefined });
  useEffect(() => {
    if (!wanted) return undefined;
    let [since, open, asking, timer] = [0, true, false, 0];
    const ask = async (): Promise<void> => {
      window.clearTimeout(timer);
      if (document.hidden || asking) return;
      asking = true;
      const answer = await process.all(since);
      asking = false;
      if (!open) return;
      if (answer) {
        since = answer.sequence;
        setKnown((before) => withAnswer(before, answer));
      }
      timer = window.setTimeout(ask, Math.max(everyMs, answer?.nextMs ?? 0));
    };
    const onVisible = (): void => void ask();
    document.addEventListener('visibilitychange', onVisible);
    void ask();
    return () => {
      open = false;
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [process, wanted]);
  return known;
}
