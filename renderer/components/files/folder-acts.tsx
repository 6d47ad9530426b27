import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { FileAct, MapNode } from '../../../protocol/files.ts';
import { useActions, useWords } from '../../context/context.ts';
import { Tip } from '../shared/tip.tsx';
import { useTell } from '../shared/use-export.ts';
import { Busy } from './busy.tsx';
import { EvictQuestion } from './evict-question.tsx';

const doneId = 'folder-done';

/** What can be done with all files of the folder that is shown. */
export function FolderActs({ folder, onActed }: { folder: MapNode; onActed: () => void }) {
  const { t, format, pick } = useWords();
  const { files } = useActions();
  const tell = useTell();
  const [busy, setBusy] = useState<FileAct>();
  const [asking, setAsking] = useState(false);
  const stopping = useRef<AbortController>(undefined);
  useEffect(() => () => stopping.current?.abort(), []);
  const act = async (what: FileAct): Promise<void> => {
    const controller = new AbortController();
    stopping.current = controller;
    setBusy(what);
    const done = await files.actOnFolder(folder.id, what, controller.signal);
    setBusy(undefined);
    onActed();
    if (!done) {
      if (controller.signal.aborted) tell({ id: doneId, message: t('files.act.stopped') });
      return;
    }
    const bytes = (value: number | null) => (value === null ? t('files.unknown') : format.bytes(value));
    const [first] = done.refused;
    const said = [
      t('files.act.doneAll', {
        files: t('files.count', { count: done.files }),
        before: bytes(done.cachedBytesBefore),
        after: bytes(done.cachedBytesAfter),
        time: format.duration(done.tookNs),
      }),
      ...(what === 'evict' && done.cachedBytesAfter ? [t('files.act.stayed')] : []),
      ...(first
        ? [t('files.act.refusedAll', { count: done.refusedFiles, name: first.name, reason: pick(first.reason) })]
        : []),
    ];
    tell({ id: doneId, message: said.join(' '), autoClose: first ? false : 10_000 });
  };
  if (busy) return <Busy text={t(`files.act.busy.${busy}`)} onStop={() => stopping.current?.abort()} />;
  return (
    <>
      <Tip label={t('files.act.touchAllHint')}>
        <Button variant="default" size="xs" onClick={() => void act('touch')}>
          {t('files.act.touchAll')}
        </Button>
      </Tip>
      <Button variant="default" size="xs" onClick={() => setAsking(true)}>
        {t('files.act.evictAll')}
      </Button>
      <Tip label={t('files.act.lockAllHint')}>
        <Button variant="default" size="xs" onClick={() => void act('lock')}>
          {t('files.act.lockAll')}
        </Button>
      </Tip>
      <EvictQuestion
        opened={asking}
        title={t('files.act.sureAll', { count: folder.files })}
        bytes={folder.cachedBytes ?? folder.sizeBytes}
        onClose={() => setAsking(false)}
        onGo={() => void act('evict')}
      />
    </>
  );
}
