import { useEffect, useRef } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { Problem } from '../../../protocol/problem.ts';
import { useApp, useWords } from '../../context/context.ts';
import { useTell } from '../shared/use-export.ts';

/** Says once for each session that is not recorded, or no longer, why: the message stays until it is put away. */
export function Unrecorded(): undefined {
  const { t, pick } = useWords();
  const tell = useTell();
  const reasons = useApp(
    useShallow(({ sessions }) => [...sessions.values()].flatMap(({ unrecorded }) => unrecorded ?? [])),
  );
  const told = useRef(new WeakSet<Problem>());
  useEffect(() => {
    for (const reason of reasons) {
      if (told.current.has(reason)) continue;
      told.current.add(reason);
      const message = pick(reason.text);
      tell({ id: 'unrecorded', title: t('recordings.unrecorded'), message, color: 'orange', autoClose: false });
    }
  }, [reasons, t, pick, tell]);
}
