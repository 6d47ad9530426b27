import { Button } from '@mantine/core';
import type { ProcessLook, WatchedAnswer } from '../../../protocol/process-look.ts';
import { useWords } from '../../context/context.ts';
import type { Target } from '../../store/session/session.ts';
import classes from './look-costs.module.css';

/** From this price on it is told what it does to the process, ns: a frame that is missed is seen. */
const dearNs = 50e6;

/** Lower windows show the list of mappings first, CSS pixels. */
const roomyPx = 800;

interface Props {
  readonly total: WatchedAnswer['total'];
  readonly rssBytes: number | null;
  readonly smapsPriceNs: ProcessLook['cost']['smapsPriceNs'];
  readonly smaps: Target['smaps'];
  /** What it said then, where it was read. */
  readonly said: { readonly pssBytes: number; readonly dirtyBytes: number } | undefined;
  /** Reads PSS and locks, whatever it costs; undefined where nothing can be read any more. */
  readonly onSmaps: (() => void) | undefined;
  readonly reading: boolean;
}

/** What looking has cost us and the process so far, and what more it would cost to read what walks whole mappings. */
export function LookCosts({ total, rssBytes, smaps, said, smapsPriceNs, onSmaps, reading }: Props) {
  const { t, format } = useWords();
  const time = format.duration(smapsPriceNs);
  const rows = [
    [t('process.cost.cpu'), format.duration(total.cpuNs)],
    [t('process.cost.looks'), format.number(total.looks)],
    [t('process.cost.gates'), format.number(total.gates)],
    [t('process.cost.held'), format.duration(total.heldNs)],
    [t('process.cost.longest'), format.duration(total.longestHeldNs)],
  ];
  return (
    <details className={classes.costs} open={window.innerHeight >= roomyPx}>
      <summary>
        {t('process.cost.title')}
        <b>{format.duration(total.cpuNs)}</b>
      </summary>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p>{t('process.cost.explain')}</p>
      {smaps && said && (
        <p className={classes.known}>
          {t('process.cost.smapsSaid', {
            pss: format.bytes(said.pssBytes),
            dirty: format.bytes(said.dirtyBytes),
            time: format.duration(smaps.readNs),
          })}
        </p>
      )}
      {smaps?.stale && <p className={classes.known}>{t('process.cost.smapsStale')}</p>}
      {onSmaps && (
        <p className={classes.price}>
          <Button size="compact-xs" variant="default" loading={reading} onClick={onSmaps}>
            {t('process.cost.smaps')}
          </Button>
          <span>
            {smapsPriceNs >= dearNs && rssBytes !== null
              ? t('process.cost.smapsPrice', { rss: format.bytes(rssBytes), time })
              : t('process.cost.smapsCheap', { time })}
          </span>
        </p>
      )}
    </details>
  );
}
