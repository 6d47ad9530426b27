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
  if (asked && 'openBy' in asked) {
    const text = t('files.sentenceOpen', { size: placeOf('size'), cached: placeOf('cached'), pid: asked.openBy });
    return progress && withNodes(text, valuesOf(progress, format.bytes, t('files.unknownSum')));
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
  return withNodes(text, { ...valuesOf(progress, format.bytes, t('files.unknownSum')), path });
}

function valuesOf({ files, sum }: FilesProgress, bytes: (count: number) => string, unknown: string) {
  const nothing = files > 0 && sum.unknownFiles === files;
  return {
    size: <b className={classes.value}>{bytes(sum.sizeBytes)}</b>,
    cached: nothing ? (
      <b className={classes.value}>{unknown}</b>
    ) : (
      <span className={classes.counted}>
        <Swatch entry="resident" />
        <b className={classes.value}>{bytes(sum.cachedBytes)}</b>
      </span>
    ),
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
