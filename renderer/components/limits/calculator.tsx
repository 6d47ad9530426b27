import { NumberInput, Select } from '@mantine/core';
import { IconArrowRight, IconCircleCheckFilled, IconCircleXFilled } from '@tabler/icons-react';
import { useId } from 'react';
import type { LockVerdict } from '../../../protocol/limits.ts';
import { addressOfLimits } from '../../context/address.ts';
import { useWords } from '../../context/context.ts';
import { Panel } from '../shared/panel.tsx';
import classes from './limits-page.module.css';
import { type Amount, type AmountUnit, amountUnits } from './wanted-amount.ts';

interface Props {
  readonly amount: Amount;
  readonly verdict: LockVerdict | undefined;
  readonly onChange: (amount: Amount) => void;
}

/** Whether a further lock would work here, why, and the least that makes it work. */
export function Calculator({ amount, verdict, onChange }: Props) {
  const { t } = useWords();
  const id = useId();
  return (
    <Panel title={t('limits.calculator.title')}>
      <div className={classes.calculator}>
        <div className={classes.question}>
          <label htmlFor={id}>{t('limits.calculator.label')}</label>
          <NumberInput
            id={id}
            className={classes.amount ?? ''}
            value={amount.value}
            min={0}
            clampBehavior="none"
            thousandSeparator={false}
            error={verdict === undefined}
            aria-describedby={`${id}-answer`}
            onChange={(value) => onChange({ ...amount, value })}
          />
          <Select
            className={classes.unit ?? ''}
            aria-label={t('limits.calculator.unit')}
            value={amount.unit}
            data={Object.keys(amountUnits)}
            onChange={(unit) => isUnit(unit) && onChange({ ...amount, unit })}
          />
        </div>
        <div id={`${id}-answer`} role="status">
          {verdict ? (
            <Verdict verdict={verdict} />
          ) : (
            <p className={classes.invalid}>{t('limits.calculator.invalid')}</p>
          )}
        </div>
      </div>
    </Panel>
  );
}

const isUnit = (unit: string | null): unit is AmountUnit => unit !== null && Object.hasOwn(amountUnits, unit);

function Verdict({ verdict }: { verdict: LockVerdict }) {
  const { t, pick } = useWords();
  const { works, errno, outOf, why, change, fix } = verdict;
  const refused = outOf ? t('limits.calculator.killed') : t('limits.calculator.refused', { errno: errno ?? '' });
  const Icon = works ? IconCircleCheckFilled : IconCircleXFilled;
  return (
    <div className={classes.verdict} data-works={works}>
      <p className={classes.verdictHead}>
        <Icon size={17} aria-hidden />
        {works ? t('limits.calculator.works') : refused}
      </p>
      <p className={classes.verdictText}>{pick(why)}</p>
      {change && (
        <p className={classes.change}>
          <b>{t('limits.calculator.change')}</b> {pick(change)}{' '}
          {fix !== undefined && (
            <a href={addressOfLimits(fix)}>
              {t('limits.calculator.fix')}
              <IconArrowRight size={13} aria-hidden />
            </a>
          )}
        </p>
      )}
    </div>
  );
}
