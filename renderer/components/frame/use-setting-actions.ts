import type { SpotlightActionGroupData } from '@mantine/spotlight';
import { useActions, useWords } from '../../context/context.ts';
import { en } from '../../i18n/en.ts';
import { zh } from '../../i18n/zh.ts';
import { paces } from '../../store/settings.ts';

/** Every choice of every setting, by name. */
export function useSettingActions(): SpotlightActionGroupData {
  const { t } = useWords();
  const { changeSettings } = useActions();
  const act = (id: string, label: string, keywords: string[], change: Parameters<typeof changeSettings>[0]) => ({
    id: `setting-${id}`,
    label,
    keywords: [...keywords, en.palette.settings, zh.palette.settings],
    onClick: () => changeSettings(change),
  });
  const names = (of: 'pace' | 'placement') => [en.run[of], zh.run[of]];
  return {
    group: t('palette.settings'),
    actions: [
      ...(['dark', 'light', 'system'] as const).map((theme) =>
        act(theme, t(`app.themes.${theme}`), ['theme', en.app.themes[theme], zh.app.themes[theme]], { theme }),
      ),
      act('en', 'English', ['language', '语言'], { language: 'en' }),
      act('zh', '中文', ['language', 'Chinese', '语言'], { language: 'zh' }),
      ...paces.map((ms) =>
        act(
          `pace-${ms}`,
          `${t('run.pace')}: ${ms === 0 ? t('run.paceNone') : t('run.paceValue', { ms })}`,
          [...names('pace'), 'speed'],
          { paceMs: ms },
        ),
      ),
      ...(['automatic', 'inline', 'isolated'] as const).map((placement) =>
        act(
          `placement-${placement}`,
          `${t('run.placement')}: ${t(`run.${placement}`)}`,
          [...names('placement'), 'process'],
          { placement },
        ),
      ),
    ],
  };
}
