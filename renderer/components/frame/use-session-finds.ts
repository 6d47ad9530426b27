import type { SpotlightActionGroupData } from '@mantine/spotlight';
import { addressOf } from '../../context/address.ts';
import { useActions, useApp, useStoreState, useWords } from '../../context/context.ts';
import { shownSession } from '../../store/store.ts';
import { findActions } from './find-actions.ts';

/** So many steps are found at most. */
const mostSteps = 8;

/** Claims of every experiment, by what they say. */
export function useClaimActions(): SpotlightActionGroupData {
  const { t, pick } = useWords();
  const catalogue = useApp((state) => state.catalogue) ?? [];
  return {
    group: t('palette.claims'),
    actions: catalogue.flatMap(({ id, title, claims }) =>
      claims.map((claim) => ({
        id: `claim-${id}-${claim.id}`,
        label: pick(claim.text),
        description: pick(title),
        keywords: [claim.text.en, claim.text.zh, claim.id],
        onClick: () => {
          location.hash = addressOf(id);
        },
      })),
    ),
  };
}

/**
 * Finds steps of the session that is shown, the newest first; to choose one is to look at its instant. They are looked
 * through only when somebody searches: there may be very many.
 */
export function useFindSteps(): (words: readonly string[]) => SpotlightActionGroupData[] {
  const { t, pick } = useWords();
  const { goTo } = useActions();
  const state = useStoreState();
  return (words) => {
    const steps = shownSession(state())?.steps;
    const found: SpotlightActionGroupData = { group: t('palette.steps'), actions: [] };
    for (let place = (steps?.length ?? 0) - 1; place >= 0 && found.actions.length < mostSteps; place--) {
      const step = steps?.at(place);
      if (!step) continue;
      const action = {
        id: `step-${step.index}`,
        label: `${step.index + 1} ${pick(step.title)}`,
        description: [step.call, step.errno, ...Object.values(step.arguments)]
          .filter((part) => part !== null)
          .join(' '),
        keywords: [step.title.en, step.title.zh],
        onClick: () => goTo(step),
      };
      if (findActions(words, [{ group: '', actions: [action] }]).length > 0) found.actions.push(action);
    }
    return found.actions.length > 0 ? [found] : [];
  };
}
