import { TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import type { FilesProgress } from '../../../protocol/files.ts';
import { addressOfFiles } from '../../context/address.ts';
import { useActions, useWords } from '../../context/context.ts';
import type { AskedFiles } from '../../store/store.ts';
import { Swatch } from '../page-map/swatch.tsx';
import { ChooseFile } from '../shared/choose-file.tsx';
import classes from './files.module.css';
import { placeOf, withNodes } from './words.tsx';

export const formId = 'files-path';

/** How much of what was looked at is cached, in one sentence whose path can be changed. */
export function FilesSentence({
  asked,
  progress,
}: {
  asked: AskedFiles | undefined;
  progress: FilesProgress | undefined;
}) {
  const { t, format } = useWords();
  const cachedOf = useCachedOf();
  const values = (of: FilesProgress) => ({
    size: <b className={classes.value}>{format.bytes(of.sum.sizeBytes)}</b>,
    cached: (
      <span className={classes.counted}>
        {of.sum.cachedBytes > 0 && <Swatch entry="resident" />}
        <b className={classes.value}>{cachedOf(of)}</b>
      </span>
    ),
  });
  if (asked && 'openBy' in asked) {
    const text = t('files.sentenceOpen', { size: placeOf('size'), cached: placeOf('cached'), pid: asked.openBy });
    return progress && withNodes(text, values(progress));
  }
  const path = <PathField key={asked?.path} asked={asked?.path ?? ''} />;
  if (!progress) {
    return (
      <>
        {t('files.askBefore')} {path} {t('files.ask')}
      </>
    );
  }
  const text = t('files.sentence', { size: placeOf('size'), cached: placeOf('cached'), path: placeOf('path') });
  return withNodes(text, { ...values(progress), path });
}

/** What is cached of a look's files, as far as somebody told. */
export function useCachedOf(): (progress: FilesProgress) => string {
  const { t, format } = useWords();
  return ({ files, sum }) => {
    if (files > 0 && sum.unknownFiles === files) return t('files.unknownSum');
    const size = format.bytes(sum.cachedBytes);
    return sum.unknownFiles > 0 ? t('files.atLeast', { size }) : size;
  };
}

/** The path as a word of the sentence; Enter looks at it. */
function PathField({ asked }: { asked: string }) {
  const { t } = useWords();
  const { files } = useActions();
  const [typed, setTyped] = useState(asked);
  useEffect(() => setTyped(asked), [asked]);
  const go = (path: string): void => {
    const address = addressOfFiles({ path });
    if (location.hash === address) void files.again();
    else location.hash = address;
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (typed.trim() !== '') go(typed.trim());
  };
  return (
    <form id={formId} className={classes.form} onSubmit={submit}>
      <TextInput
        variant="unstyled"
        aria-label={t('files.path')}
        placeholder={t('files.pathHint')}
        classNames={{ root: classes.field ?? '', wrapper: classes.field ?? '', input: classes.input ?? '' }}
        value={typed}
        spellCheck={false}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <ChooseFile
        path={typed}
        choose={(path) => {
          setTyped(path);
          go(path);
        }}
      />
    </form>
  );
}
