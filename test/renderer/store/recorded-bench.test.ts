import { expect, it } from 'vitest';
import { recordedBench } from '../../../renderer/store/recorded-bench.ts';
import { newSession } from '../../../renderer/store/session/session.ts';
import { defaultSettings } from '../../../renderer/store/settings.ts';
import { createAppStore, workbenchSession } from '../../../renderer/store/store.ts';

it('shows the opened recording as the workbench, at the same instant, and leaves the real one alone', () => {
  const main = createAppStore(defaultSettings('en'));
  main.setState({
    place: { kind: 'recordings', name: 'a' },
    sessions: new Map([1, 2].map((id) => [id, newSession(id)])),
    current: { experiment: undefined, process: undefined, workbench: 1, recordings: 2 },
  });
  const look = { step: 3, side: 'after', instant: { fromNs: 1, toNs: 2 } } as const;
  {
    using bench = recordedBench(main);
    expect(workbenchSession(bench.store.getState())?.id).toBe(2);
    bench.store.setState({ look, instant: look.instant });
    expect(main.getState()).toMatchObject({ look, place: { kind: 'recordings' }, current: { workbench: 1 } });
    main.setState({ look: undefined, instant: undefined });
    expect(bench.store.getState()).toMatchObject({ look: undefined, place: { kind: 'workbench' } });
    bench.store.setState(({ bench: own }) => ({ bench: { ...own, region: 7 } }));
    main.setState({ refusal: undefined });
    expect([main, bench.store].map((store) => store.getState().bench.region)).toEqual([undefined, 7]);
  }
  main.setState({ look });
  expect(main.getState().look).toBe(look);
});
