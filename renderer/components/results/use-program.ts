import { useEffect, useState } from 'react';
import { useActions, useApp } from '../../context/context.ts';
import { shownSession } from '../../store/store.ts';

/** While steps come fast, the program is fetched this long after the first new one, ms. */
const settleMs = 300;

/** The steps so far as a C program, kept up to date while it is looked at. */
export function useProgram(looked: boolean): string | undefined {
  const actions = useActions();
  const session = useApp((state) => shownSession(state)?.id);
  const steps = useApp((state) => shownSession(state)?.steps.length ?? 0);
  const [program, setProgram] = useState<{ session: number; text: string }>();
  useEffect(() => {
    if (!looked || session === undefined || steps === 0) return;
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      const text = await actions.program(controller.signal);
      if (text !== undefined && !controller.signal.aborted) setProgram({ session, text });
    }, settleMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [actions, looked, session, steps]);
  return program !== undefined && program.session === session ? program.text : undefined;
}
