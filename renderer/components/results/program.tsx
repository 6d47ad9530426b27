import { useMemo } from 'react';
import { useApp, useWords } from '../../context/context.ts';
import { shownSession } from '../../store/store.ts';
import { Empty } from '../shared/panel.tsx';
import classes from './results-panel.module.css';
import { tokenizeC } from './tokenize-c.ts';

/** A C program, coloured. */
export function Program({ text }: { text: string | undefined }) {
  const { t } = useWords();
  const begun = useApp((state) => (shownSession(state)?.steps.length ?? 0) > 0);
  const tokens = useMemo(() => tokenizeC(text ?? ''), [text]);
  if (text === undefined) return <Empty>{t(begun ? 'program.loading' : 'program.empty')}</Empty>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.program} tabIndex={0} aria-label={t('program.label')}>
      <pre>
        {tokens.map(({ kind, text: part, at }) =>
          kind === 'plain' ? (
            part
          ) : (
            <span key={at} className={classes[kind]}>
              {part}
            </span>
          ),
        )}
      </pre>
    </section>
  );
}
