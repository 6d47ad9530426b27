import { ActionIcon } from '@mantine/core';
import { IconLayoutSidebarRight, IconSearch } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { Tip } from '../shared/tip.tsx';
import classes from './bar.module.css';
import { ProcessFacts } from './process-facts.tsx';
import { search } from './search-store.ts';

interface Props {
  /** The page’s own heading, where it has no other. */
  readonly title?: string | undefined;
  /** Where the session is, in a word. */
  readonly state?: ReactNode;
  /** What can be done with it. */
  readonly children?: ReactNode;
  /** Whether there is a column at the right, which narrow windows open as a sheet. */
  readonly side?: boolean;
  /** What that column is called, where it is not the one of runs. */
  readonly sideTitle?: string | undefined;
}

const isMac = navigator.userAgent.includes('Mac');

/** The one bar: what is shown, where it is, whose memory it is, and what can be done with it. */
export function Bar({ title, state, children, side = false, sideTitle }: Props) {
  const { t } = useWords();
  const label = `${t('app.search')} (${isMac ? '⌘K' : 'Ctrl K'})`;
  return (
    <header className={classes.bar}>
      {title !== undefined && <h1 className={classes.title}>{title}</h1>}
      {state}
      <ProcessFacts />
      {children}
      {side && <SideToggle title={sideTitle} />}
      <Tip label={label}>
        <ActionIcon size={32} aria-label={t('app.search')} aria-keyshortcuts="Control+K" onClick={() => search.open()}>
          <IconSearch size={17} aria-hidden />
        </ActionIcon>
      </Tip>
    </header>
  );
}

/** Opens the column at the right where the window has no room for it: only there it is seen. */
function SideToggle({ title }: { title: string | undefined }) {
  const { t } = useWords();
  const { openSide } = useActions();
  const open = useApp((app) => app.sideOpen);
  const label = title ?? t('app.side');
  return (
    <Tip label={label}>
      <ActionIcon
        className={classes.side ?? ''}
        size={32}
        aria-label={label}
        aria-expanded={open}
        onClick={() => openSide(!open)}
      >
        <IconLayoutSidebarRight size={17} aria-hidden />
      </ActionIcon>
    </Tip>
  );
}
