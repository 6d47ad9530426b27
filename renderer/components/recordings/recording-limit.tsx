import { Button, Group, Modal, NativeSelect } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Response } from '../../../protocol/service.ts';
import { useActions, useWords } from '../../context/context.ts';
import { Tip } from '../shared/tip.tsx';
import classes from './recordings.module.css';

const mib = 1 << 20;
const offeredBytes = [0, 64, 256, 512, 1024, 2048, 4096, 8192, 16_384].map((size) => size * mib);

/** How much all recordings may take; a limit that some are over is set when their deletion is confirmed. */
export function RecordingLimit({ limits }: { limits: Response<'recordings'> }) {
  const { t, format } = useWords();
  const { recordings } = useActions();
  const [asked, setAsked] = useState<{ mostBytes: number; count: number; bytes: number }>();
  const [busy, setBusy] = useState(false);
  const { mostBytes, mostBytesOfOne, fixed } = limits;
  const set = async (wanted: number, deletes: boolean): Promise<void> => {
    setBusy(true);
    const over = await recordings.limit(wanted, deletes);
    setBusy(false);
    setAsked(over && { mostBytes: wanted, ...over });
  };
  const nameOf = (bytes: number) => (bytes === 0 ? t('recordings.limit.nothing') : format.bytes(bytes));
  const offered = [...new Set([...offeredBytes, mostBytes])].sort((a, b) => a - b);
  return (
    <>
      <Tip label={t(fixed ? 'recordings.limit.fixed' : 'recordings.limit.hint')}>
        <span className={classes.limit}>
          {t('recordings.limit.before')}
          <NativeSelect
            size="xs"
            w={118}
            aria-label={t('recordings.limit.label')}
            disabled={fixed || busy}
            value={String(mostBytes)}
            data={offered.map((bytes) => ({ value: String(bytes), label: nameOf(bytes) }))}
            onChange={(event) => void set(Number(event.currentTarget.value), false)}
          />
          {mostBytes > 0 && t('recordings.limit.after', { most: format.bytes(mostBytesOfOne) })}
        </span>
      </Tip>
      <Modal
        opened={asked !== undefined}
        onClose={() => setAsked(undefined)}
        title={t('recordings.limit.title')}
        closeButtonProps={{ 'aria-label': t('recordings.delete.cancel') }}
        centered
      >
        {asked && (
          <>
            <p className={classes.asked}>
              {t('recordings.limit.sure', { count: asked.count, size: format.bytes(asked.bytes) })}
            </p>
            <Group justify="flex-end">
              <Button variant="default" data-autofocus onClick={() => setAsked(undefined)}>
                {t('recordings.delete.cancel')}
              </Button>
              <Button
                variant="default"
                loading={busy}
                leftSection={<IconTrash size={15} aria-hidden />}
                onClick={() => void set(asked.mostBytes, true)}
              >
                {t('recordings.delete.button')}
              </Button>
            </Group>
          </>
        )}
      </Modal>
    </>
  );
}
