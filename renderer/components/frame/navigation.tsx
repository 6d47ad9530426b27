import { ActionIcon, UnstyledButton } from '@mantine/core';
import {
  IconBook,
  IconCpu,
  IconFiles,
  IconFlask,
  IconGauge,
  IconHelp,
  IconHistory,
  IconMoon,
  IconPointer,
  IconSun,
} from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { experimentGroups } from '../../../protocol/experiment.ts';
import {
  addressOf,
  addressOfFiles,
  addressOfGuide,
  addressOfHome,
  addressOfLimits,
  addressOfProcesses,
  addressOfRecordings,
  addressOfWorkbench,
} from '../../context/address.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { shownExperiment, shownTheme } from '../../store/store.ts';
import { Tip } from '../shared/tip.tsx';
import { Logo } from './logo.tsx';
import classes from './navigation.module.css';

const icon = { size: 18, stroke: 1.6, 'aria-hidden': true } as const;

/** The rail: a sign for each place, with its name as a tip; the experiments open beside it. */
export function Navigation() {
  const { t } = useWords();
  const kind = useApp((state) => state.place.kind);
  return (
    <nav className={classes.rail} aria-label={t('app.navigation')}>
      <span className={classes.logo}>
        <Logo />
      </span>
      <Place name={t('home.home')} href={addressOfHome} current={kind === 'home'}>
        <IconHelp {...icon} />
      </Place>
      <Experiments />
      <Place name={t('workbench.title')} href={addressOfWorkbench} current={kind === 'workbench'}>
        <IconPointer {...icon} />
      </Place>
      <Place
        name={t('processes.title')}
        href={addressOfProcesses()}
        current={kind === 'processes' || kind === 'process'}
      >
        <IconCpu {...icon} />
      </Place>
      <Place name={t('files.title')} href={addressOfFiles()} current={kind === 'files'}>
        <IconFiles {...icon} />
      </Place>
      <Place name={t('guide.title')} href={addressOfGuide()} current={kind === 'guide'}>
        <IconBook {...icon} />
      </Place>
      <Place name={t('limits.title')} href={addressOfLimits()} current={kind === 'limits'}>
        <IconGauge {...icon} />
      </Place>
      <Place name={t('recordings.title')} href={addressOfRecordings()} current={kind === 'recordings'}>
        <IconHistory {...icon} />
      </Place>
      <span className={classes.end}>
        <Language />
        <Theme />
      </span>
    </nav>
  );
}

interface PlaceProps {
  readonly name: string;
  readonly href: string;
  readonly current: boolean;
  readonly children: ReactNode;
}

function Place({ name, href, current, children }: PlaceProps) {
  return (
    <Tip label={name} side="right">
      <a className={classes.place} href={href} aria-label={name} aria-current={current ? 'page' : undefined}>
        {children}
      </a>
    </Tip>
  );
}

/**
 * The catalogue by group. A group without an experiment is not shown, nor is anything that does not work yet.
 */
function Experiments() {
  const { t, pick } = useWords();
  const [opened, setOpened] = useState(false);
  const catalogue = useApp((state) => state.catalogue) ?? [];
  const shown = useApp((state) => (state.place.kind === 'experiment' ? shownExperiment(state)?.id : undefined));
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!opened) return;
    (list.current?.querySelector<HTMLElement>('[aria-current]') ?? list.current?.querySelector('a'))?.focus();
    const listeners = new AbortController();
    const onEvent = (event: Event): void => {
      const within = event.target instanceof Node && (list.current?.contains(event.target) ?? false);
      const outside = !within && !(event.target instanceof Node && button.current?.contains(event.target));
      if (event instanceof KeyboardEvent ? event.key !== 'Escape' : !outside) return;
      setOpened(false);
      if (event instanceof KeyboardEvent) button.current?.focus();
    };
    for (const name of ['keydown', 'pointerdown', 'focusin'])
      window.addEventListener(name, onEvent, { signal: listeners.signal });
    return () => listeners.abort();
  }, [opened]);
  return (
    <>
      <Tip label={t('app.experiments')} side="right">
        <UnstyledButton
          ref={button}
          className={classes.place ?? ''}
          aria-label={t('app.experiments')}
          aria-expanded={opened}
          data-current={shown !== undefined || undefined}
          onClick={() => setOpened((open) => !open)}
        >
          <IconFlask {...icon} />
        </UnstyledButton>
      </Tip>
      {opened && (
        <div ref={list} className={classes.list}>
          {experimentGroups.map((group) => {
            const members = catalogue.filter((experiment) => experiment.group === group);
            if (members.length === 0) return undefined;
            return (
              <section key={group} aria-labelledby={`group-${group}`}>
                <h2 id={`group-${group}`} className={classes.group}>
                  {t(`groups.${group}`)}
                </h2>
                <ul>
                  {members.map(({ id, title, available, reason }) => (
                    <li key={id}>
                      <a
                        className={classes.link}
                        href={addressOf(id)}
                        aria-current={id === shown ? 'page' : undefined}
                        data-unavailable={!available || undefined}
                        title={!available && reason ? pick(reason) : undefined}
                        onClick={() => setOpened(false)}
                      >
                        {pick(title)}
                      </a>
                    </li>
                  ))}
                </ul>
              </section>
            );
          })}
        </div>
      )}
    </>
  );
}

/** The other language, by its own name. */
function Language() {
  const { t, language } = useWords();
  const { changeSettings } = useActions();
  const other = language === 'en' ? 'zh' : 'en';
  return (
    <Tip label={t('app.language')} side="right">
      <UnstyledButton
        className={classes.language ?? ''}
        lang={other === 'zh' ? 'zh-CN' : 'en'}
        onClick={() => changeSettings({ language: other })}
      >
        {other === 'zh' ? '中文' : 'EN'}
      </UnstyledButton>
    </Tip>
  );
}

function Theme() {
  const { t } = useWords();
  const { changeSettings } = useActions();
  const theme = useApp(shownTheme);
  const other = theme === 'dark' ? 'light' : 'dark';
  const label = t(other === 'dark' ? 'app.toDark' : 'app.toLight');
  return (
    <Tip label={label} side="right">
      <ActionIcon size={32} aria-label={label} onClick={() => changeSettings({ theme: other })}>
        {other === 'light' ? <IconSun size={17} aria-hidden /> : <IconMoon size={17} aria-hidden />}
      </ActionIcon>
    </Tip>
  );
}
