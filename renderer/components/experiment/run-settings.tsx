import { NativeSelect } from '@mantine/core';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { isActive } from '../../store/session/session.ts';
import { paces } from '../../store/settings.ts';
import { shownSession } from '../../store/store.ts';
import bar from '../frame/bar.module.css';
import { Tip } from '../shared/tip.tsx';
import classes from './run-controls.module.css';

/** How fast an experiment goes, and in which process. */
export function RunSettings() {
  const { t } = useWords();
  const { changeSettings } = useActions();
  const { paceMs, placement } = useApp((state) => state.settings);
  const running = useApp((state) => state.starting || isActive(shownSession(state)?.state ?? 'stopped'));
  const offered = paces.some((pace) => pace === paceMs) ? paces : [...paces, paceMs].sort((a, b) => a - b);
  const placements = {
    automatic: t('run.automatic'),
    inline: t('run.inline'),
    isolated: t('run.isolated'),
  } as const;
  const select = {
    size: 'xs',
    variant: 'unstyled',
    classNames: { input: classes.select ?? '' },
    rightSection: <i />,
    rightSectionWidth: 0,
  } as const;
  return (
    <>
      <Tip label={t('run.paceHint')}>
        <span className={bar.setting}>
          <NativeSelect
            {...select}
            aria-label={t('run.pace')}
            value={String(paceMs)}
            data={offered.map((ms) => ({
              value: String(ms),
              label: ms === 0 ? t('run.paceNone') : t('run.paceValue', { ms }),
            }))}
            onChange={(event) => changeSettings({ paceMs: Number(event.currentTarget.value) })}
          />
        </span>
      </Tip>
      <Tip label={t('run.placement')}>
        <span className={bar.setting}>
          <NativeSelect
            {...select}
            aria-label={t('run.placement')}
            disabled={running}
            value={placement}
            data={(Object.keys(placements) as (keyof typeof placements)[]).map((value) => ({
              value,
              label: placements[value],
            }))}
            onChange={(event) => {
              const chosen = event.currentTarget.value;
              if (chosen === 'automatic' || chosen === 'inline' || chosen === 'isolated')
                changeSettings({ placement: chosen });
            }}
          />
        </span>
      </Tip>
    </>
  );
}
