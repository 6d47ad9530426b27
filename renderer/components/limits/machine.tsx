import { IconBan, IconCheck, IconMinus } from '@tabler/icons-react';
import type { LimitsReport } from '../../../protocol/limits.ts';
import { useWords } from '../../context/context.ts';
import { Detail, Fact, Facts } from './facts.tsx';
import classes from './limits-page.module.css';

const modes = ['heuristic', 'always', 'never'] as const;

/** The settings of the machine that decide what locking is good for. */
export function Machine({ report }: { report: LimitsReport }) {
  const { t, format } = useWords();
  const { memory, swap, overcommit, thp, mappings } = report;
  const mode = modes.find((name) => name === overcommit.mode) ?? 'unknown';
  return (
    <Facts title={t('limits.machine.title')}>
      <Fact name={t('limits.machine.memory')}>
        {t('limits.machine.available', {
          available: format.bytes(memory.availableBytes),
          total: format.bytes(memory.totalBytes),
        })}
      </Fact>
      <Fact name={t('limits.machine.locked')}>{format.bytes(memory.mlockedBytes)}</Fact>
      <Fact name={t('limits.machine.swap')}>
        {swap.totalBytes === 0
          ? t('limits.machine.noSwap')
          : t('limits.machine.swapUsed', { used: format.bytes(swap.usedBytes), total: format.bytes(swap.totalBytes) })}
        {swap.areas.map(({ path, type, sizeBytes }) => (
          <Detail key={path}>
            <span className="code">{path}</span> {type}, {format.bytes(sizeBytes)}
          </Detail>
        ))}
      </Fact>
      <Fact name={t('limits.machine.overcommit')}>
        {t(`limits.machine.overcommitModes.${mode}`, {
          committed: format.bytes(overcommit.committedBytes),
          limit: format.bytes(overcommit.commitLimitBytes),
        })}
      </Fact>
      <Fact name={t('limits.machine.thp')}>
        <span className="code">{thp === 'unknown' ? t('limits.unknown') : thp}</span>
      </Fact>
      <Fact name={t('limits.machine.mappings')}>
        {t('limits.machine.mappingsOf', { ...mappings, count: mappings.count ?? t('limits.unknown') })}
      </Fact>
      <Fact name={t('limits.machine.features')}>
        <Features report={report} />
      </Fact>
    </Facts>
  );
}

const icons = { available: IconCheck, denied: IconBan, missing: IconMinus } as const;

function Features({ report }: { report: LimitsReport }) {
  const { t, pick } = useWords();
  return (
    <ul className={classes.features}>
      {Object.entries(report.features).map(([name, { state, reason }]) => {
        const Icon = icons[state];
        return (
          <li key={name} data-state={state}>
            <Icon size={14} className={classes.mark} aria-hidden />
            <span className="code">{name}</span>
            <span className={classes.featureState}>
              {t(`limits.machine.featureStates.${state}`)}
              {reason !== undefined && `: ${pick(reason)}`}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
