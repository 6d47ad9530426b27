import { Button, FileButton, TextInput } from '@mantine/core';
import { IconFolderOpen } from '@tabler/icons-react';
import { type FormEvent, useRef, useState } from 'react';
import { addressOfRecordings } from '../../context/address.ts';
import { useWords } from '../../context/context.ts';
import classes from './recordings.module.css';
import { useOpenFile } from './use-open-file.ts';

/**
 * Opens a recording that is not in the folder of recordings: by its path on the machine that Pagescope runs on, or as a
 * file that is chosen.
 */
export function OpenFile() {
  const { t } = useWords();
  const [path, setPath] = useState('');
  const [relative, setRelative] = useState(false);
  const openFile = useOpenFile();
  // The same file chosen twice is a choice too: without this the browser tells of the first alone.
  const reset = useRef<() => void>(null);
  const open = (file: string): void => {
    const isWhole = file.startsWith('/');
    setRelative(!isWhole);
    if (isWhole) location.hash = addressOfRecordings(file);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    open(path.trim());
  };
  return (
    <form className={classes.file} onSubmit={submit}>
      <TextInput
        className={classes.path ?? ''}
        size="xs"
        label={t('recordings.file.path')}
        placeholder={t('recordings.file.hint')}
        value={path}
        error={relative && t('recordings.file.relative')}
        spellCheck={false}
        onChange={(event) => setPath(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" size="xs" disabled={path.trim() === ''}>
        {t('recordings.file.open')}
      </Button>
      <FileButton
        accept=".pagescope"
        resetRef={reset}
        onChange={(file) => {
          reset.current?.();
          if (file) void openFile(file);
        }}
      >
        {(button) => (
          <Button {...button} variant="default" size="xs" leftSection={<IconFolderOpen size={15} aria-hidden />}>
            {t('recordings.file.choose')}
          </Button>
        )}
      </FileButton>
      <span className={classes.summary}>{t('recordings.file.drop')}</span>
    </form>
  );
}
