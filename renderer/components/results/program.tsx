import { useEffect, useMemo, useRef } from 'react';
import { useApp, useWords } from '../../context/context.ts';
import { shownSession, shownStep } from '../../store/store.ts';
import { Empty } from '../shared/panel.tsx';
import classes from './results-panel.module.css';
import { type Stretch, stepLines } from './step-lines.ts';
import { tokenizeC } from './tokenize-c.ts';

/** A C program, coloured; the lines of the step that is shown stand out. */
export function Program({ text }: { text: string | undefined }) {
  const { t } = useWords();
  const steps = useApp((state) => shownSession(state)?.steps);
  const step = useApp(shownStep);
  const shown = useMemo(
    () => (text !== undefined && steps && step ? stepLines(text, steps, step.index - steps.forgotten) : undefined),
    [text, steps, step],
  );
  const mark = useRef<HTMLElement>(null);
  useEffect(() => {
    if (shown) mark.current?.scrollIntoView({ block: 'nearest' });
  }, [shown]);
  if (text === undefined) return <Empty>{t(steps && steps.length > 0 ? 'program.loading' : 'program.empty')}</Empty>;
  const { from, to }: Stretch = shown ?? { from: text.length, to: text.length };
  const main = Math.max(0, text.indexOf('\nint main(') + 1);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.program} tabIndex={0} aria-label={t('program.label')}>
      {main > 0 && (
        <details className={classes.folded}>
          <summary>{t('program.folded', { count: text.slice(0, main).trimEnd().split('\n').length })}</summary>
          <pre>
            <Coloured text={text.slice(0, main)} />
          </pre>
        </details>
      )}
      <pre>
        <Coloured text={text.slice(main, from)} />
        {shown && (
          <mark ref={mark} className={classes.stepLines}>
            <Coloured text={text.slice(from, to)} />
          </mark>
        )}
        <Coloured text={text.slice(to)} />
      </pre>
    </section>
  );
}

function Coloured({ text }: { text: string }) {
  const tokens = useMemo(() => tokenizeC(text), [text]);
  return tokens.map(({ kind, text: part, at }) =>
    kind === 'plain' ? (
      part
    ) : (
      <span key={at} className={classes[kind]}>
        {part}
      </span>
    ),
  );
}
