import { useEffect, useRef, useState } from 'react';
import type { ActOnFile, FileAct } from '../../../protocol/files.ts';
import type { PageRange } from '../../../protocol/operation.ts';
import { useActions } from '../../context/context.ts';

/** What was done to a file, and what came of it. */
export interface Done {
  readonly act: FileAct;
  readonly answer: ActOnFile | 'stopped';
}

/** Does one thing at a time to a file, which can be stopped. */
export function useAct(file: number, onDone: () => void) {
  const { files } = useActions();
  const [busy, setBusy] = useState<FileAct>();
  const [done, setDone] = useState<Done>();
  const stopping = useRef<AbortController>(undefined);
  useEffect(() => () => stopping.current?.abort(), []);
  const act = async (what: FileAct, range: PageRange | undefined): Promise<void> => {
    const controller = new AbortController();
    stopping.current = controller;
    setBusy(what);
    setDone(undefined);
    const answer = await files.act(file, what, range, controller.signal);
    if (stopping.current !== controller) return;
    stopping.current = undefined;
    setBusy(undefined);
    if (answer || controller.signal.aborted) setDone({ act: what, answer: answer ?? 'stopped' });
    onDone();
  };
  return { busy, done, act, stop: () => stopping.current?.abort() };
}
