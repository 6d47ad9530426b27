import { ActionIcon, Button, Group, Modal } from '@mantine/core';
import { IconPin, IconPinFilled, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { ListedRecording } from '../../../protocol/service.ts';
import { useActions, useWords } from '../../context/context.ts';
import { Tip } from '../shared/tip.tsx';
import classes from './recordings.module.css';

interface Props {
  readonly recording: ListedRecording;
  /** What it is called, in a sentence. */
  readonly called: string;
}

/** Keeps a recording whatever the limit is, or deletes it, which asks first. */
export function RecordingActions({ recording, called }: Props) {
  const { t, format } = useWords();
  const { recordings } = useActions();
  const [asks, setAsks] = useState(false);
  const [busy, setBusy] = useState(false);
  const { kept, sizeBytes } = recording;
  const act = async (done: Promise<void>): Promise<void> => {
    setBusy(true);
    await done;
    setBusy(false);
    setAsks(false);
  };
  const PinIcon = kept ? IconPinFilled : IconPin;
  return (
    <div className={classes.actions}>
      <Tip label={t(kept ? 'recordings.keptHint' : 'recordings.keepHint')}>
        <ActionIcon
          size={26}
          aria-label={t('recordings.keep', { called })}
          aria-pressed={kept}
          disabled={busy}
          onClick={() => void act(recordings.keep(recording, !kept))}
        >
          <PinIcon size={15} aria-hidden />
        </ActionIcon>
      </Tip>
      <Tip label={t('recordings.delete.button')}>
        <ActionIcon
          size={26}
          aria-label={t('recordings.delete.label', { called })}
          disabled={busy}
          onClick={() => setAsks(true)}
        >
          <IconTrash size={15} aria-hidden />
        </ActionIcon>
      </Tip>
      <Modal
        opened={asks}
        onClose={() => setAsks(false)}
        title={t('recordings.delete.title')}
        closeButtonProps={{ 'aria-label': t('recordings.delete.cancel') }}
        centered
      >
        <p className={classes.asked}>{t('recordings.delete.sure', { called, size: format.bytes(sizeBytes) })}</p>
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={() => setAsks(false)}>
            {t('recordings.delete.cancel')}
          </Button>
          <Button
            variant="default"
            loading={busy}
            leftSection={<IconTrash size={15} aria-hidden />}
            onClick={() => void act(recordings.remove(recording))}
          >
            {t('recordings.delete.button')}
          </Button>
        </Group>
      </Modal>
    </div>
  );
}
