import { useCallback, useRef } from 'react';

/** The same function for every drawing, which does what the newest would: what only gets it is not drawn again. */
export function useStable<A extends unknown[]>(act: (...args: A) => void): (...args: A) => void {
  const latest = useRef(act);
  latest.current = act;
  return useCallback((...args) => latest.current(...args), []);
}
