import { stateCounts } from '../../../protocol/counts.ts';
import { type PageState, pageStates } from '../../../protocol/flags.ts';
import type { Pages } from '../../store/pages/pages.ts';
import { type Instant, sampleOf } from '../../store/session/instant.ts';
import type { Session } from '../../store/session/session.ts';

/** What a session shows at an instant: its pages by state, and its process. */
export interface CountsAt {
  readonly states: Readonly<Record<PageState, number>>;
  /** Bytes; undefined where nothing was sampled. */
  readonly vmLck: number | undefined;
  readonly vmRss: number | undefined;
}

/** @param instant undefined is what is now */
export function countsAt(session: Session, pages: Pages, instant: Instant | undefined): CountsAt {
  const states = stateCounts(new Uint32Array(256));
  for (const { id } of session.regions) {
    const region = pages.region(session.id, id);
    const past = instant && region?.at(instant.toNs);
    if (!region || past === 'unmapped' || past === 'forgotten') continue;
    const { bins, unknown } = typeof past === 'object' ? past : region;
    const counts = stateCounts(bins, unknown);
    for (const state of pageStates) states[state] += counts[state];
  }
  const sample = instant ? sampleOf(session, instant) : session.samples.at(-1);
  return { states, vmLck: sample?.vmLck, vmRss: sample?.vmRss };
}
