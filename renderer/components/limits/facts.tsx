import type { ReactNode } from 'react';
import { Panel } from '../shared/panel.tsx';
import classes from './facts.module.css';

/** A titled list of facts: what it is, and how it stands. */
export function Facts({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Panel title={title}>
      <dl className={classes.facts}>{children}</dl>
    </Panel>
  );
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** A second line of a fact. */
export function Detail({ children }: { children: ReactNode }) {
  return <span className={classes.detail}>{children}</span>;
}
