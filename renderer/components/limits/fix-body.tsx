import { ActionIcon } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import type { Fix } from '../../../protocol/fixes/fix.ts';
import { useWords } from '../../context/context.ts';
import { Tip } from '../shared/tip.tsx';
import { useCopy } from '../shared/use-export.ts';
import classes from './fixes.module.css';

/** One fix: what it changes, what to copy, when that is enough, and how to see that it worked. */
export function FixBody({ fix }: { fix: Fix }) {
  const { t, pick } = useWords();
  return (
    <div className={classes.body}>
      <div className={classes.words}>
        <h5 className={classes.term}>{t('limits.fixes.changes')}</h5>
        <p>{pick(fix.changes)}</p>
        {fix.notes.length > 0 && (
          <>
            <h5 className={classes.term}>{t('limits.fixes.notes')}</h5>
            <ul>
              {fix.notes.map((note) => (
                <li key={note.en}>{pick(note)}</li>
              ))}
            </ul>
          </>
        )}
      </div>
      <div className={classes.snippets}>
        {fix.snippets.map(({ label, text }) => (
          <Snippet
            key={label.en}
            label={pick(label)}
            text={text}
            copyLabel={t('limits.fixes.copy', { label: pick(label) })}
          />
        ))}
        <h5 className={classes.term}>{t('limits.fixes.check')}</h5>
        <Snippet label={pick(fix.check.how)} text={fix.check.command} copyLabel={t('limits.fixes.copyCheck')} />
      </div>
    </div>
  );
}

/** Text to be taken over as it stands, copied with one click. */
function Snippet({ label, text, copyLabel }: { label: string; text: string; copyLabel: string }) {
  const { t } = useWords();
  const copy = useCopy();
  return (
    <figure className={classes.snippet}>
      <figcaption>{label}</figcaption>
      <div className={classes.code}>
        <pre>{text.trimEnd()}</pre>
        <Tip label={copyLabel}>
          <ActionIcon
            className={classes.copy ?? ''}
            size={26}
            aria-label={copyLabel}
            onClick={() => void copy(text, t('limits.fixes.copied', { label }))}
          >
            <IconCopy size={15} aria-hidden />
          </ActionIcon>
        </Tip>
      </div>
    </figure>
  );
}
