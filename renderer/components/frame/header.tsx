import { ActionIcon, Kbd, SegmentedControl, Tooltip, UnstyledButton } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { IconMoon, IconSearch, IconSun } from '@tabler/icons-react';
import { languageSchema } from '../../../protocol/text.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import classes from './header.module.css';
import { Logo } from './logo.tsx';

const isMac = navigator.userAgent.includes('Mac');

/** The name, the search, and what holds for the whole window: language and theme. */
export function Header() {
  const { t, language } = useWords();
  const theme = useApp((state) => state.settings.theme);
  const { changeSettings } = useActions();
  const other = theme === 'dark' ? 'light' : 'dark';
  const themeLabel = t(other === 'dark' ? 'app.toDark' : 'app.toLight');
  return (
    <header className={classes.header}>
      <div className={classes.brand}>
        <Logo />
        <span>{t('app.name')}</span>
      </div>
      <UnstyledButton className={classes.search} onClick={() => spotlight.open()} aria-keyshortcuts="Control+K">
        <IconSearch size={14} aria-hidden />
        <span>{t('app.searchHint')}</span>
        <Kbd size="xs">{isMac ? '⌘K' : 'Ctrl K'}</Kbd>
      </UnstyledButton>
      <div className={classes.end}>
        <SegmentedControl
          size="xs"
          aria-label={t('app.language')}
          value={language}
          onChange={(value) => changeSettings({ language: languageSchema.parse(value) })}
          data={[
            { value: 'en', label: 'EN' },
            { value: 'zh', label: '中文' },
          ]}
        />
        <Tooltip label={themeLabel}>
          <ActionIcon aria-label={themeLabel} onClick={() => changeSettings({ theme: other })}>
            {other === 'light' ? <IconSun size={17} aria-hidden /> : <IconMoon size={17} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      </div>
    </header>
  );
}
