import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { Context, useAppContext } from '../../context/context.ts';
import { recordedBench } from '../../store/recorded-bench.ts';
import type { Store } from '../../store/store.ts';
import { BenchWorkspace } from '../workbench/bench-workspace.tsx';

/** A recorded workbench as it was laid out, to be looked at: nothing acts on it any more. */
export function RecordedBench({ session }: { session: number }) {
  return (
    <AsBench>
      <BenchWorkspace session={session} />
    </AsBench>
  );
}

/** What is within finds the opened recording where the workbench is. */
function AsBench({ children }: { children: ReactNode }) {
  const app = useAppContext();
  const [store, setStore] = useState<Store>();
  useEffect(() => {
    const bench = recordedBench(app.store);
    setStore(bench.store);
    return () => bench[Symbol.dispose]();
  }, [app.store]);
  const value = useMemo(() => store && { ...app, store, actions: app.actions.within(store) }, [app, store]);
  return value && <Context value={value}>{children}</Context>;
}
