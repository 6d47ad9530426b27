import { setupNames } from '../../../protocol/fixes/setup-names.ts';
import type { LimitsReport } from '../../../protocol/limits.ts';
import { useWords } from '../../context/context.ts';
import { Detail, Fact, Facts } from './facts.tsx';
import { useLimitWords } from './use-limit-words.ts';

/** What sets the limits of this process, found out by looking, with what was seen. */
export function Setup({ report }: { report: LimitsReport }) {
  const { t, format, pick } = useWords();
  const words = useLimitWords();
  const { surroundings, userNamespace, callFilter, cgroup } = report;
  const mode = callFilter.seccomp ?? '?';
  const { initial } = userNamespace;
  return (
    <Facts title={t('limits.setup.title')}>
      <Fact name={t('limits.setup.kind')}>
        <strong>{pick(setupNames[surroundings.kind])}</strong>
        {surroundings.evidence.map(({ source, found }) => (
          <Detail key={source}>
            <span className="code">{source}</span>: {found}
          </Detail>
        ))}
      </Fact>
      {surroundings.unit !== undefined && (
        <Fact name={t('limits.setup.unit')}>
          <span className="code">{surroundings.unit}</span>
        </Fact>
      )}
      <Fact name={t('limits.setup.userNamespace')}>
        {initial === 'unknown' ? t('limits.unknown') : t(initial ? 'limits.setup.initial' : 'limits.setup.own')}
        {initial !== true &&
          userNamespace.uidMap.map((line) => <Detail key={line.inside}>{t('limits.setup.uidMap', line)}</Detail>)}
      </Fact>
      <Fact name={t('limits.setup.callFilter')}>
        {callFilter.refused.length === 0 ? (
          t('limits.setup.callFilterNone', { mode })
        ) : (
          <>
            <span className="code">{callFilter.refused.map(({ call, errno }) => `${call} ${errno}`).join(', ')}</span>
            <Detail>{t('limits.setup.callFilterNote', { mode })}</Detail>
          </>
        )}
      </Fact>
      <Fact name={t('limits.setup.cgroup')}>
        {cgroup ? (
          <>
            {t('limits.setup.cgroupVersion', { version: cgroup.version })}
            <Detail>
              <span className="code">{cgroup.path}</span>
            </Detail>
          </>
        ) : (
          t('limits.setup.cgroupNone')
        )}
      </Fact>
      {cgroup && (
        <Fact name={t('limits.setup.cgroupMemory')}>
          {t('limits.setup.usedOf', {
            used: cgroup.currentBytes === null ? t('limits.unknown') : format.bytes(cgroup.currentBytes),
            limit: cgroup.maxBytes === null ? t('limits.unknown') : words.bytes(cgroup.maxBytes),
          })}
          {cgroup.unevictableBytes !== null && (
            <Detail>{t('limits.setup.unevictable', { size: format.bytes(cgroup.unevictableBytes) })}</Detail>
          )}
        </Fact>
      )}
      {cgroup && cgroup.swapMaxBytes !== null && (
        <Fact name={t('limits.setup.cgroupSwap')}>
          {cgroup.swapMaxBytes === 'unlimited'
            ? t('limits.unlimited')
            : t('limits.setup.atMost', { limit: words.bytes(cgroup.swapMaxBytes) })}
        </Fact>
      )}
    </Facts>
  );
}
