import { Button, Progress } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useActions, useApp, useWords } from '../../context/context.ts';
import classes from './drop-file.module.css';
import { useOpenFile } from './use-open-file.ts';

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;

/** Opens a recording that is dropped anywhere on the window, and shows how much of one has been sent. */
export function DropFile() {
  const { t, format } = useWords();
  const { recordings } = useActions();
  const uploading = useApp((state) => state.uploading);
  const open = useOpenFile();
  const latest = useRef(open);
  latest.current = open;
  const [over, setOver] = useState(false);
  useEffect(() => {
    const onOver = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    // Of the events of all elements, only the one that leaves the window has nothing that it goes to.
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file) void latest.current(file);
    };
    window.addEventListener('dragover', onOver);
    window.addEventListener('dragleave', onLeave);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragover', onOver);
      window.removeEventListener('dragleave', onLeave);
      window.removeEventListener('drop', onDrop);
    };
  }, []);
  return (
    <>
      {over && (
        <div className={classes.over}>
          <p>{t('recordings.drop.here')}</p>
        </div>
      )}
      {uploading && uploading.total > 0 && (
        <section className={classes.sending} aria-label={t('recordings.drop.sending', { name: uploading.name })}>
          <p>
            {t('recordings.drop.sending', { name: uploading.name })}{' '}
            <span>
              {t('recordings.drop.sent', { done: format.bytes(uploading.done), total: format.bytes(uploading.total) })}
            </span>
          </p>
          <Progress
            value={(uploading.done / uploading.total) * 100}
            aria-label={t('recordings.drop.sending', { name: uploading.name })}
          />
          <Button size="compact-xs" variant="default" onClick={() => recordings.cancelUpload()}>
            {t('recordings.delete.cancel')}
          </Button>
        </section>
      )}
    </>
  );
}
