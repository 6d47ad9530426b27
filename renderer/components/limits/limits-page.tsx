import { Alert, Button } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import type { ByteLimit } from '../../../protocol/byte-limit.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import type { Limits } from '../../store/store.ts';
import { Waiting } from '../shared/waiting.tsx';
import { Calculator } from './calculator.tsx';
import { Fixes } from './fixes.tsx';
import classes from './limits-page.module.css';
import { Machine } from './machine.tsx';
import { Memlock } from './memlock.tsx';
import { Setup } from './setup.tsx';
import { type Amount, answerTo, firstAmount } from './wanted-amount.ts';
import { Whose } from './whose.tsx';

/** What the address asks for: the fix to open, and the limit to write them for. */
interface Wanted {
  readonly fix: string | undefined;
  readonly limit: ByteLimit | undefined;
  /** Another process than the engine's. */
  readonly pid?: number | undefined;
}

/**
 * What this process may lock, or another one, and what to change when that is too little. Measured each time the page
 * is opened.
 */
export function LimitsPage({ fix, limit, pid }: Wanted) {
  const { t, format } = useWords();
  const { measureLimits } = useActions();
  const limits = useApp((state) => (state.limits?.of === pid ? state.limits : undefined));
  const measuring = useApp((state) => state.measuringLimits);
  useEffect(() => void measureLimits(), [measureLimits]);
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div>
          <h1 className={classes.title}>{t('limits.title')}</h1>
          <p className={classes.summary}>{pid === undefined ? t('limits.summary') : t('limits.ofOther', { pid })}</p>
          <Whose pid={pid} />
        </div>
        <div className={classes.measured}>
          {limits && (
            <span role="status">
              {t('limits.measured', { pid: limits.report.pid, time: format.time(limits.measuredAt) })}
            </span>
          )}
          <Button
            h={32}
            variant="default"
            loading={measuring}
            leftSection={<IconRefresh size={15} aria-hidden />}
            onClick={() => void measureLimits()}
          >
            {t('limits.refresh')}
          </Button>
        </div>
      </header>
      <Refused />
      {limits ? (
        <Report key={limit} limits={limits} fix={fix} limit={limit} />
      ) : (
        measuring && <Waiting text={t('limits.loading')} />
      )}
    </div>
  );
}

/** The engine's own sentence, when it could not measure. */
function Refused() {
  const { t, pick } = useWords();
  const { dismissRefusal } = useActions();
  const refusal = useApp((state) => state.refusal);
  if (!refusal) return undefined;
  return (
    <Alert
      role="alert"
      className={classes.refusal ?? ''}
      color="red"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={t('limits.failed')}
      withCloseButton
      closeButtonLabel={t('experiment.dismiss')}
      onClose={dismissRefusal}
    >
      {pick(refusal.text)}
    </Alert>
  );
}

function Report({ limits: { report }, fix, limit }: Wanted & { limits: Limits }) {
  const [amount, setAmount] = useState<Amount>();
  const shown = amount ?? firstAmount(report, limit);
  const { verdict, fixes, writtenFor } = useMemo(
    () => answerTo(report, shown, amount ? undefined : limit),
    [report, shown, amount, limit],
  );
  return (
    <div className={classes.report}>
      <div className={classes.columns}>
        <div className={classes.column}>
          <Memlock report={report} />
          <Calculator amount={shown} verdict={verdict} onChange={setAmount} />
        </div>
        <div className={classes.column}>
          <Setup report={report} />
          <Machine report={report} />
        </div>
      </div>
      <Fixes fixes={fixes} writtenFor={writtenFor} wanted={fix} />
    </div>
  );
}
