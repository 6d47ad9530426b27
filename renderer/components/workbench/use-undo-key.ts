import { useEffect } from 'react';
import { useActions, useWords } from '../../context/context.ts';
import { isField } from '../../context/shortcuts.ts';
import { useTell } from '../shared/use-export.ts';

/** Ctrl Z takes the last action back, and says how; in a field it is the field’s. */
export function useUndoKey(): void {
  const { log } = useActions();
  const { t, pick } = useWords();
  const tell = useTell();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const undoes = event.key === 'z' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
      if (!undoes || event.repeat || isField(event.target)) return;
      event.preventDefault();
      void log.undoLast().then((undone) => {
        if (!undone) return;
        const { step, done, note } = undone;
        const title = t(done ? 'log.undo.undone' : 'log.undo.notUndone', {
          index: step.index + 1,
          title: pick(step.title),
        });
        tell({ id: 'undo', title, message: pick(note), color: done ? 'gray' : 'orange' });
      });
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [log, t, pick, tell]);
}
