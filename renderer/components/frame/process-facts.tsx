import { sampleRateBounds } from '../../../protocol/rates.ts';
import { useApp, usePagesValue, useWords } from '../../context/context.ts';
import { shownEnvironment, shownSample, shownSession } from '../../store/store.ts';
import { Tip } from '../shared/tip.tsx';
import classes from './bar.module.css';

/** Whose memory is shown, and on which kernel; on pointing at it, what its numbers have to be measured against. */
export function ProcessFacts() {
  const { t, format } = useWords();
  const hostPid = useApp((state) => state.host?.pid);
  const environment = useApp(shownEnvironment);
  const started = useApp((state) => shownSession(state)?.started);
  const used = useApp((state) => shownSample(state)?.vmLck);
  const skipped = useSkipped();
  // Its state says where it is.
  const bench = useApp(({ place }) => place.kind === 'workbench' || place.kind === 'process');
  const pid = started?.pid ?? hostPid;
  if (!environment || pid === undefined) return <span className={classes.facts} />;
  const { pageSize, kernel, memlock, emptyCallNs } = environment;
  const limit = memlock.soft === 'unlimited' ? t('status.noLimit') : format.bytes(memlock.soft);
  const facts = [
    ...(bench ? [] : [t('status.pid', { pid }) + (started ? ` ${t(`status.${started.placement}`)}` : '')]),
    t('status.pageSize', { size: format.bytes(pageSize) }),
    t('status.kernel', { kernel }),
  ];
  const more = [
    t('status.lockedOf', { used: used === undefined ? '–' : format.bytes(used), limit }),
    ...(emptyCallNs === undefined ? [] : [t('status.emptyCall', { time: format.duration(emptyCallNs) })]),
    t('status.rate', { hz: sampleRateBounds.default }),
    ...(skipped > 0 ? [t('status.skipped', { count: skipped })] : []),
  ];
  return (
    <Tip label={more.join(' · ')}>
      <span className={classes.facts}>{facts.join(' · ')}</span>
    </Tip>
  );
}

function useSkipped(): number {
  const session = useApp((state) => shownSession(state)?.id) ?? 0;
  const regions = useApp((state) => shownSession(state)?.regions);
  return usePagesValue(
    (pages) => regions?.reduce((sum, { id }) => sum + (pages.region(session, id)?.skipped ?? 0), 0) ?? 0,
  );
}
