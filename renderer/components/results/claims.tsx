import { UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCircleDashed, IconMinus } from '@tabler/icons-react';
import { useShallow } from 'zustand/react/shallow';
import { claimAmount } from '../../../protocol/claim-amount.ts';
import type { Claim } from '../../../protocol/events.ts';
import type { ExperimentDescriptor } from '../../../protocol/experiment.ts';
import { useActions, useApp, useStoreState, useWords } from '../../context/context.ts';
import { isActive, type SettledClaim } from '../../store/session/session.ts';
import { settledClaims, shownSession, shownStep } from '../../store/store.ts';
import { Measurements } from '../result/figure.tsx';
import { Empty } from '../shared/panel.tsx';
import classes from './results-panel.module.css';

const icons = {
  held: IconCheck,
  failed: IconAlertTriangle,
  skipped: IconMinus,
  pending: IconCircleDashed,
} as const;

/**
 * Every claim of the experiment from the start, as far as it was settled by the instant that is shown. Choosing one
 * leads to the step that settled it.
 */
export function Claims({ experiment }: { experiment: ExperimentDescriptor }) {
  const { t } = useWords();
  const settled = useApp(useShallow(settledClaims));
  const measurements = useApp((state) => shownSession(state)?.measurements);
  if (experiment.claims.length === 0) return <Empty>{t('claims.none')}</Empty>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className={classes.body} tabIndex={0}>
      <ul className={classes.claims}>
        {experiment.claims.map(({ id, text }) => (
          <ClaimRow key={id} text={text} claim={settled.find((claim) => claim.id === id)} />
        ))}
      </ul>
      {measurements && <Measurements measurements={measurements} />}
    </div>
  );
}

function ClaimRow({
  text,
  claim,
}: {
  text: ExperimentDescriptor['claims'][number]['text'];
  claim: SettledClaim | undefined;
}) {
  const { t, pick } = useWords();
  const { goTo } = useActions();
  const app = useStoreState();
  const state = useApp((app) => shownSession(app)?.state);
  const past = useApp((app) => shownStep(app) !== undefined);
  const status = claim?.status ?? 'pending';
  const Icon = icons[status];
  const ended = state !== undefined && !isActive(state);
  return (
    <li className={classes.claim} data-status={status}>
      <Icon size={15} className={classes.icon} aria-hidden />
      {claim ? (
        <UnstyledButton
          className={classes.proof ?? ''}
          title={t('claims.go', { index: claim.step + 1 })}
          onClick={() => goTo(shownSession(app())?.steps.numbered(claim.step))}
        >
          {pick(claim.text)}
        </UnstyledButton>
      ) : (
        <span>{pick(text)}</span>
      )}
      {claim ? <Measured claim={claim} /> : <span />}
      <span className={status === 'failed' ? classes.status : 'visually-hidden'}>{t(`claims.${status}`)}</span>
      {claim?.status === 'failed' && <Values claim={claim} />}
      {claim?.reason && <span className={classes.reason}>{pick(claim.reason)}</span>}
      {!claim && ended && !past && <span className={classes.reason}>{t('claims.notMeasured')}</span>}
    </li>
  );
}

/** What was measured, in the reader’s units. */
function Measured({ claim }: { claim: Claim }) {
  const { t, language } = useWords();
  if (claim.status === 'skipped') return <span className={classes.measured}>–</span>;
  return (
    <span className={classes.measured}>
      <span className="visually-hidden">{t('claims.measured')} </span>
      {claimAmount(claim.measured, claim, language)}
    </span>
  );
}

function Values({ claim }: { claim: Claim }) {
  const { t, language } = useWords();
  const show = (amount: Claim['expected']) => claimAmount(amount, claim, language);
  return (
    <span className={classes.values}>
      {t('claims.expected')} <b>{show(claim.expected)}</b>
      {claim.status !== 'skipped' && (
        <>
          {' · '}
          {t('claims.measured')} <b>{show(claim.measured)}</b>
        </>
      )}
    </span>
  );
}
