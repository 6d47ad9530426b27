import type { Session } from '../../store/session/session.ts';
import type { Lane } from './lane-picture.ts';

/** What the playhead can jump to. */
export const jumps = ['change', 'refusal', 'key'] as const;
export type Jump = (typeof jumps)[number];

/**
 * The step to jump to, as its number: the next one after `from` that changed a page or was refused, the first again
 * after the last; or the key moment.
 */
export function jumpTarget(jump: Jump, session: Session, lanes: readonly Lane[], from: number): number | undefined {
  if (jump === 'key') return session.result?.keyStep;
  const { steps, digest } = session;
  if (jump === 'refusal') {
    const refused = [...digest.refused].filter(({ index }) => index >= steps.forgotten);
    return (refused.find(({ index }) => index > from) ?? refused[0])?.index;
  }
  const total = steps.length + steps.forgotten;
  const changes = (index: number): boolean =>
    lanes.some(({ film }) => {
      const instant = film.ofStep(index);
      if (instant === undefined || instant === 0) return false;
      return film.forEachChanged(instant, () => {}) > 0;
    });
  for (let index = from + 1; index < total; index++) if (changes(index)) return index;
  for (let index = steps.forgotten; index <= from; index++) if (changes(index)) return index;
  return undefined;
}
