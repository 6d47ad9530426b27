import { type ReactNode, type RefObject, useEffect, useId, useRef, useState } from 'react';
import { addressOfGuide } from '../../context/address.ts';
import { useWords } from '../../context/context.ts';
import classes from './term-card.module.css';
import type { Term } from './terms.ts';

/** A pointer that only passes by opens nothing, and may leave the word for the card; ms. */
const openAfterMs = 300;
const closeAfterMs = 250;

interface Props {
  readonly term: Term;
  /** The chapter that the word stands in, if it stands in one. */
  readonly chapter?: string | undefined;
  readonly children: ReactNode;
}

/** A word with its one-sentence card: on pointing, on focus and on a click. */
export function TermCard({ term, chapter, children }: Props) {
  const [shown, setShown] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const card = useRef<HTMLSpanElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const id = useId();
  useEffect(() => () => clearTimeout(timer.current), []);
  const show = (wanted: boolean, afterMs = 0): void => {
    clearTimeout(timer.current);
    if (afterMs === 0) setShown(wanted);
    else timer.current = setTimeout(() => setShown(wanted), afterMs);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the word and its card as one: the button in it has the keys
    <span
      onPointerEnter={() => show(true, openAfterMs)}
      onPointerLeave={() => show(false, closeAfterMs)}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) show(false);
      }}
    >
      <button
        ref={button}
        type="button"
        className={classes.word}
        aria-describedby={shown ? id : undefined}
        onClick={() => {
          show(true);
          // Closed a moment ago, and that was not told yet.
          if (card.current?.matches(':not(:popover-open)')) openCard(card.current, button.current);
        }}
        onFocus={(event) => {
          if (event.currentTarget.matches(':focus-visible')) show(true);
        }}
      >
        {children}
      </button>
      {shown && <Card id={id} card={card} term={term} chapter={chapter} word={button} onClose={() => show(false)} />}
    </span>
  );
}

const openCard = (card: HTMLElement | null, word: HTMLElement | null): void => {
  if (word) card?.showPopover({ source: word });
};

interface CardProps extends Omit<Props, 'children'> {
  readonly id: string;
  readonly card: RefObject<HTMLSpanElement | null>;
  readonly word: { readonly current: HTMLButtonElement | null };
  readonly onClose: () => void;
}

/**
 * The browser's popover does what a card needs: it lies over everything, Escape and a click elsewhere close it, and its
 * link is next in the order of Tab.
 */
function Card({ id, card, term, chapter, word, onClose }: CardProps) {
  const { t, pick } = useWords();
  useEffect(() => openCard(card.current, word.current), [card, word]);
  return (
    <span
      ref={card}
      popover="auto"
      className={classes.card}
      onToggle={(event) => {
        if (event.newState === 'closed') onClose();
      }}
    >
      <b>{pick(term.title)}</b> <span id={id}>{pick(term.text)}</span>{' '}
      {(term.chapter !== chapter || term.heading !== undefined) && (
        <a href={addressOfGuide(term.chapter, term.heading)} onClick={onClose}>
          {t('guide.readOn')}
        </a>
      )}
    </span>
  );
}
