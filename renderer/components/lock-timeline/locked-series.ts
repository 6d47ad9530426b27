import type { ByteLimit } from '../../../protocol/byte-limit.ts';
import type { Sample, Step } from '../../../protocol/events.ts';

/** Recharts takes 8 ms to draw this many, and 79 ms to draw twenty times as many. */
const mostDrawnPoints = 500;

export interface LockedPoint {
  readonly tNs: number;
  readonly vmLck: number;
  /** The soft limit in bytes; null where it is unlimited, so that the line breaks off. */
  readonly soft: number | null;
}

const pointOf = ({ tNs, vmLck, memlockSoft }: Sample): LockedPoint => ({
  tNs,
  vmLck,
  soft: typeof memlockSoft === 'number' ? memlockSoft : null,
});

const same = (a: Sample | undefined, b: Sample): boolean =>
  a !== undefined && a.vmLck === b.vmLck && a.memlockSoft === b.memlockSoft;

/**
 * VmLck and the soft limit over time, as steps. What lies between two equal neighbours says nothing and is left out; of
 * what remains, a span keeps its smallest and its largest, so that a lock of a moment (`mlockall` and `munlockall` in
 * one turn) is seen.
 */
export function lockedSeries(samples: readonly Sample[], most = mostDrawnPoints): readonly LockedPoint[] {
  const telling = samples.filter(
    (sample, index) =>
      index === 0 ||
      index === samples.length - 1 ||
      !same(samples[index - 1], sample) ||
      !same(samples[index + 1], sample),
  );
  if (telling.length <= most) return telling.map(pointOf);
  const spans = Math.floor((most - 2) / 2);
  const inner = telling.slice(1, -1);
  const kept = new Set<Sample>();
  for (let span = 0; span < spans; span++) {
    const own = inner.slice(Math.floor((span * inner.length) / spans), Math.floor(((span + 1) * inner.length) / spans));
    const [first] = own;
    if (!first) continue;
    kept.add(own.reduce((least, each) => (each.vmLck < least.vmLck ? each : least), first));
    kept.add(own.reduce((largest, each) => (each.vmLck > largest.vmLck ? each : largest), first));
  }
  return telling
    .filter((sample, index) => index === 0 || index === telling.length - 1 || kept.has(sample))
    .map(pointOf);
}

/** What the chart's vertical axis covers. */
export interface Scale {
  readonly topBytes: number;
  /** A limit above this is not drawn. */
  readonly mostLimitBytes: number;
}

/** A limit more than this many times the peak would flatten the area: it is then named, not drawn. */
const mostTimesPeak = 24;

export function lockedScale(points: readonly LockedPoint[]): Scale {
  const peak = Math.max(0, ...points.map(({ vmLck }) => vmLck));
  const mostLimitBytes = peak === 0 ? Number.POSITIVE_INFINITY : peak * mostTimesPeak;
  const limits = points.flatMap(({ soft }) => (soft !== null && soft <= mostLimitBytes ? [soft] : []));
  return { topBytes: Math.max(peak, 1, ...limits), mostLimitBytes };
}

/** The soft limit that holds now, or held last. */
export function softLimit(samples: readonly Sample[]): ByteLimit | undefined {
  return samples.findLast(({ memlockSoft }) => memlockSoft !== undefined)?.memlockSoft;
}

/** Refused calls that lie so near to each other on the screen that they are marked once. */
export interface Refusal {
  readonly tNs: number;
  /** Each errno once, in the order of appearance. */
  readonly errnos: readonly string[];
  readonly count: number;
}

/**
 * The refused calls of a run, in groups.
 *
 * @param refused the steps whose call was refused
 * @param apartNs what two marks must be apart at least
 */
export function refusals(refused: Iterable<Step>, apartNs: number): Refusal[] {
  const marks: { tNs: number; errnos: Set<string>; count: number }[] = [];
  for (const { errno, startedNs } of refused) {
    if (errno === null) continue;
    const last = marks.at(-1);
    if (last && startedNs - last.tNs < apartNs) {
      last.errnos.add(errno);
      last.count++;
    } else marks.push({ tNs: startedNs, errnos: new Set([errno]), count: 1 });
  }
  return marks.map(({ tNs, errnos, count }) => ({ tNs, errnos: [...errnos], count }));
}
