import { useEffect } from 'react';
import { useActions, useStoreState } from '../../context/context.ts';
import { isPressed, isTyping } from '../../context/shortcuts.ts';
import { toolOfKey } from '../tools/tools.ts';

/** The keys of the tools, from anywhere in the window while it shows the workbench. */
export function useToolKeys(): void {
  const { workbench } = useActions();
  const state = useStoreState();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (isTyping(event.target)) return;
      const repeats = event.key === ' ' || event.key === 'Enter';
      if (repeats && isPressed(event)) return;
      const tool = repeats ? state().bench.tool : event.shiftKey ? undefined : toolOfKey(event.key)?.tool;
      if (!tool) return;
      workbench.act(tool);
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [workbench, state]);
}
