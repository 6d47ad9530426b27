import { IconCircleCheckFilled, IconCircleDashed, IconCircleMinus, IconCircleXFilled } from '@tabler/icons-react';
import { claimAmount } from '../../../protocol/claim-amount.ts';
import type { Claim } from '../../../protocol/events.ts';
import type { ExperimentDescriptor } from '../../../protocol/experiment.ts';
import { useApp, useWords } from '../../context/context.ts';
import { isActive } from '../../store/session/session.ts';
import { shownSession } from '../../store/store.ts';
import { Empty } from '../shared/panel.tsx';
import classes from './results-panel.module.css';

const icons = {
  held: IconCircleCheckFilled,
  failed: IconCircleXFilled,
  skipped: IconCircleMinus,
  pending: IconCircleDashed,
} as const;

/** Every claim of the experiment from the start: what is said before the run can be held against it. */
export function Claims({ experiment }: { experiment: ExperimentDescriptor }) {
  const { t } = useWords();
  const measured = useApp((state) => shownSession(state)?.claims);
  if (experiment.claims.length === 0) return <Empty>{t('claims.none')}</Empty>;
  return (
    <ul className={classes.claims}>
      {experiment.claims.map(({ id, text }) => (
        <ClaimRow key={id} text={text} claim={measured?.get(id)} />
      ))}
    </ul>
  );
}

function ClaimRow({ text, claim }: { text: ExperimentDescriptor['claims'][number]['text']; claim: Claim | undefined }) {
  const { t, pick } = useWords();
  const state = useApp((app) => shownSession(app)?.state);
  const status = claim?.status ?? 'pending';
  const Icon = icons[status];
  const ended = state !== undefined && !isActive(state);
  return (
    <li className={classes.claim} data-status={status}>
      <Icon size={17} className={classes.icon} aria-hidden />
      <span>{pick(claim?.text ?? text)}</span>
      <span className={classes.status}>{t(`claims.${status}`)}</span>
      {claim && <Values claim={claim} />}
      {claim?.reason && <span className={classes.reason}>{pick(claim.reason)}</span>}
      {!claim && ended && <span className={classes.reason}>{t('claims.notMeasured')}</span>}
    </li>
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
