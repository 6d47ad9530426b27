import { useEffect } from 'react';
import { useActions, useStoreState } from '../../context/context.ts';
import { toolOfKey } from '../tools/tools.ts';

/** Where letters are typed or chosen by. */
const typing =
  'input, textarea, select, [role="listbox"] [role="option"], [role="dialog"], [role="menu"], [contenteditable]';
/** What Space and Enter press. */
const pressed = 'button, a, summary, [role="listbox"], [role="tab"], [role="slider"], [role="separator"]';

/** The keys of the tools, from anywhere in the window while it shows the workbench. */
export function useToolKeys(onHelp: () => void): void {
  const { workbench } = useActions();
  const state = useStoreState();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const at = event.target instanceof Element ? event.target : undefined;
      if (at?.closest(typing)) return;
      const repeats = event.key === ' ' || event.key === 'Enter';
      if (repeats && at?.closest(pressed)) return;
      if (event.key === '?') onHelp();
      else {
        const tool = repeats ? state().bench.tool : event.shiftKey ? undefined : toolOfKey(event.key)?.tool;
        if (!tool) return;
        workbench.act(tool);
      }
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [workbench, state, onHelp]);
}
