import { ActionIcon, FileButton } from '@mantine/core';
import { IconDownload, IconUpload } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useActions, useWords } from '../../context/context.ts';
import { save } from '../shared/save.ts';
import { Tip } from '../shared/tip.tsx';
import { useTell } from '../shared/use-export.ts';
import { Busy } from './busy.tsx';

const restoredId = 'set-restored';

/** Saves which pages are cached, and reads those of a saved set again. */
export function FilesSets({ look }: { look: number }) {
  const { t, format, pick } = useWords();
  const { files } = useActions();
  const tell = useTell();
  const [busy, setBusy] = useState<'saving' | 'restoring'>();
  const stopping = useRef<AbortController>(undefined);
  const reset = useRef<() => void>(null);
  useEffect(() => () => stopping.current?.abort(), []);
  const during = async (what: 'saving' | 'restoring', work: (signal: AbortSignal) => Promise<void>) => {
    stopping.current = new AbortController();
    setBusy(what);
    await work(stopping.current.signal);
    setBusy(undefined);
  };
  const saveSet = () =>
    during('saving', async (signal) => {
      const text = await files.set(signal);
      if (text !== undefined) await save(new Blob([text], { type: 'application/x-ndjson' }), `cached-${look}.jsonl`);
    });
  const restore = (file: File) =>
    during('restoring', async (signal) => {
      const restored = await files.restore((await window.pagescope?.pathOf(file)) || file, signal);
      if (!restored) return;
      const { refused, refusedFiles, readBytes } = restored;
      const lines = [
        t('files.set.restored', { files: t('files.count', { count: restored.files }), size: format.bytes(readBytes) }),
        ...refused.slice(0, 3).map(({ name, reason }) => t('files.set.refused', { name, reason: pick(reason) })),
        ...(refusedFiles > 3 ? [t('files.set.more', { count: refusedFiles - 3 })] : []),
      ];
      tell({ id: restoredId, title: t('files.set.done'), message: lines.join(' '), autoClose: false });
      await files.again();
    });
  if (busy) return <Busy text={t(`files.set.${busy}`)} size="sm" onStop={() => stopping.current?.abort()} />;
  return (
    <>
      <Tip label={t('files.set.save')}>
        <ActionIcon size={32} aria-label={t('files.set.save')} onClick={() => void saveSet()}>
          <IconDownload size={17} aria-hidden />
        </ActionIcon>
      </Tip>
      <FileButton
        resetRef={reset}
        onChange={(file) => {
          reset.current?.();
          if (file) void restore(file);
        }}
      >
        {(button) => (
          <Tip label={t('files.set.restore')}>
            <ActionIcon {...button} size={32} aria-label={t('files.set.restore')}>
              <IconUpload size={17} aria-hidden />
            </ActionIcon>
          </Tip>
        )}
      </FileButton>
    </>
  );
}
