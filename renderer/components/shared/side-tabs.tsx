import { Tabs } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import classes from './side-tabs.module.css';

export interface SideTab {
  readonly name: string;
  readonly title: ReactNode;
  readonly content: ReactNode;
}

interface Props {
  readonly label: string;
  /** What stands above them. */
  readonly above?: ReactNode;
  readonly tabs: readonly SideTab[];
}

/** The column at the right: what the kernel said, under one of a few headings. */
export function SideTabs({ label, above, tabs }: Props) {
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = tabs.find(({ name }) => name === chosen) ?? tabs[0];
  return (
    <section className={classes.side} data-panel="side" aria-label={label}>
      {above}
      <Tabs
        value={shown?.name ?? null}
        onChange={setChosen}
        keepMounted={false}
        classNames={{ root: classes.tabs ?? '', list: classes.list ?? '', tab: classes.tab ?? '' }}
      >
        <Tabs.List>
          {tabs.map(({ name, title }) => (
            <Tabs.Tab key={name} value={name}>
              <h2 className={classes.title}>{title}</h2>
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ name, content }) => (
          <Tabs.Panel key={name} value={name} className={classes.body ?? ''}>
            {content}
          </Tabs.Panel>
        ))}
      </Tabs>
    </section>
  );
}
