import type { Claim } from '../../../protocol/events.ts';
import type { Text } from '../../../protocol/text.ts';

/** Why something was not measured, and the claims for which that is so. */
export interface SkippedFor {
  readonly reason: Text;
  readonly claims: readonly Text[];
}

/** The reasons for which claims were skipped, each once: one missing tool may leave several open. */
export function skippedFor(claims: ReadonlyMap<string, Claim>): SkippedFor[] {
  const skipped = [...claims.values()].flatMap(({ status, reason, text }) =>
    status === 'skipped' && reason ? [{ reason, text }] : [],
  );
  const groups = Map.groupBy(skipped, ({ reason }) => reason.en);
  return [...groups.values()].flatMap((group) =>
    group.slice(0, 1).map(({ reason }) => ({ reason, claims: group.map(({ text }) => text) })),
  );
}
