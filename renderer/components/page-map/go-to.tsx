import { TextInput } from '@mantine/core';
import { type KeyboardEvent, type RefObject, useState } from 'react';
import type { RegionInfo } from '../../../protocol/events.ts';
import type { GridView } from '../../canvas/grid-view.ts';
import { useWords } from '../../context/context.ts';
import classes from './pages.module.css';

interface Props {
  readonly region: RegionInfo;
  readonly view: RefObject<GridView | null>;
  readonly onDone: () => void;
}

/** A page by its number, or by an address within it. */
export function GoTo({ region, view, onDone }: Props) {
  const { t } = useWords();
  const [typed, setTyped] = useState('');
  const page = pageOf(typed, region);
  const wrong = typed.trim() !== '' && page === undefined;
  const leave = (event: KeyboardEvent): void => {
    event.preventDefault();
    onDone();
    const grid = event.currentTarget.closest('article')?.querySelector<HTMLElement>('[role="application"]');
    grid?.focus({ preventScroll: true });
  };
  return (
    <TextInput
      className={classes.goTo ?? ''}
      size="xs"
      autoFocus
      aria-label={t('pages.goTo')}
      placeholder={t('pages.goTo')}
      value={typed}
      error={wrong && t('pages.goToWrong', { last: region.pages - 1 })}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={onDone}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape') leave(event);
        if (event.key !== 'Enter' || page === undefined) return;
        leave(event);
        view.current?.goTo(page);
      }}
    />
  );
}

/** `17`, `1,000` or `0x7f3a4c001000`; undefined where that is not in the region. */
export function pageOf(typed: string, { address, length, pages }: RegionInfo): number | undefined {
  const text = typed.trim().replace(/[,\s]/g, '');
  if (!/^(\d+|0x[\da-f]+)$/i.test(text)) return undefined;
  const number = Number(text);
  const page = /^0x/i.test(text) ? Math.floor((number - Number(address)) / (length / pages)) : number;
  return page >= 0 && page < pages ? page : undefined;
}
