import { cloneElement, type ReactElement } from 'react';

interface Props {
  readonly label: string;
  /** Below, or above where there is no room, unless it says otherwise. */
  readonly side?: 'right';
  readonly children: ReactElement;
}

/** Gives an element a tip, which `showTips` shows. */
export const Tip = ({ label, side, children }: Props) =>
  cloneElement(children, { 'data-tip': label, 'data-tip-side': side } as object);
