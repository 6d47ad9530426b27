import { tokenizeC } from '../results/tokenize-c.ts';
import classes from './guide.module.css';

/** A block of code, or of what a terminal printed; C is coloured. */
export function Code({ text, lang }: { text: string; lang?: string | undefined }) {
  const isC = lang === 'c';
  return (
    <div className={`${classes.code} code`} data-printed={!isC || undefined}>
      <pre tabIndex={isC ? 0 : undefined}>
        {isC
          ? tokenizeC(text).map(({ kind, text: part, at }) => (
              <span key={at} className={classes[kind]}>
                {part}
              </span>
            ))
          : text}
      </pre>
    </div>
  );
}
