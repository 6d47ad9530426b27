import { Select, Slider, Tooltip } from '@mantine/core';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { isActive } from '../../store/session/session.ts';
import { shownSession } from '../../store/store.ts';
import classes from './experiment-head.module.css';

/** The waits that the slider offers, ms: from none to as long as the engine takes, finer where runs are watched. */
const paces = [0, 5, 10, 20, 40, 80, 150, 300, 600, 1000, 2000, 5000] as const;

const nearestPace = (ms: number): number =>
  paces.reduce<number>(
    (best, pace, index) => (Math.abs(pace - ms) < Math.abs((paces[best] ?? 0) - ms) ? index : best),
    0,
  );

/** How fast an experiment goes, and in which process. */
export function PaceAndPlacement() {
  const { t } = useWords();
  const { changeSettings } = useActions();
  const { paceMs, placement } = useApp((state) => state.settings);
  const running = useApp((state) => state.starting || isActive(shownSession(state)?.state ?? 'stopped'));
  const paceText = (ms: number) => (ms === 0 ? t('run.paceNone') : t('run.paceValue', { ms }));
  return (
    <>
      <div className={classes.pace}>
        <Tooltip label={t('run.paceHint')}>
          <div className={classes.paceHead}>
            <span>{t('run.pace')}</span>
            <span className={classes.paceValue}>{paceText(paceMs)}</span>
          </div>
        </Tooltip>
        <Slider
          size={3}
          thumbSize={13}
          min={0}
          max={paces.length - 1}
          value={nearestPace(paceMs)}
          scale={(index) => paces[index] ?? 0}
          label={null}
          thumbLabel={t('run.pace')}
          thumbProps={{ 'aria-valuetext': paceText(paceMs) }}
          onChange={(index) => changeSettings({ paceMs: paces[index] ?? 0 })}
          mb={13}
        />
      </div>
      <Select
        className={classes.placement ?? ''}
        label={t('run.placement')}
        disabled={running}
        value={placement}
        data={[
          { value: 'automatic', label: t('run.automatic') },
          { value: 'inline', label: t('run.inline') },
          { value: 'isolated', label: t('run.isolated') },
        ]}
        onChange={(chosen) => chosen !== null && changeSettings({ placement: chosen })}
      />
    </>
  );
}
