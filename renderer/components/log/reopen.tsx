import { Button, FileButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconFolderOpen } from '@tabler/icons-react';
import { useRef } from 'react';
import { maxActions, savedWorkbenchId } from '../../../protocol/workbench.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { type FileProblem, maxSavedBytes, readSaved } from '../../store/workbench/saved-file.ts';
import { useTell } from '../shared/use-export.ts';

/**
 * Opens a saved session: its actions are done again in a new workbench. Another file changes nothing, and a sentence
 * says why.
 */
export function Reopen() {
  const { t } = useWords();
  const opening = useApp((state) => state.bench.opening);
  const reopen = useReopen();
  // The same file chosen twice is a choice too: without this the browser tells of the first alone.
  const reset = useRef<() => void>(null);
  const choose = async (file: File | null): Promise<void> => {
    reset.current?.();
    if (file) await reopen(file);
  };
  return (
    <FileButton accept="application/json,.json" resetRef={reset} onChange={(file) => void choose(file)}>
      {(button) => (
        <Button
          {...button}
          variant="default"
          disabled={opening}
          title={t('log.file.reopen')}
          leftSection={<IconFolderOpen size={15} aria-hidden />}
        >
          {t('log.file.reopenShort')}
        </Button>
      )}
    </FileButton>
  );
}

const refusedId = 'reopen-refused';

function useReopen(): (file: File) => Promise<void> {
  const { t, format } = useWords();
  const { log } = useActions();
  const tell = useTell();
  const ours = useApp((state) => state.host?.environment.pageSize ?? 0);
  // It stays until it is read: it says what to do about a file.
  const refuse = (message: string): void =>
    tell({ id: refusedId, title: t('log.file.refused'), message, color: 'red', autoClose: false });
  const sentence = (name: string, problem: FileProblem): string => {
    switch (problem.kind) {
      case 'otherSchema':
        return t('log.problem.otherSchema', { name, schema: problem.schema, wanted: savedWorkbenchId });
      case 'otherPageSize':
        return t('log.problem.otherPageSize', {
          name,
          theirs: format.bytes(problem.pageSize),
          ours: format.bytes(ours),
        });
      case 'tooMany':
        return t('log.problem.tooMany', { name, count: problem.count, most: maxActions });
      case 'broken':
        return t('log.problem.broken', { name, where: problem.where || t('log.problem.brokenWhole') });
      default:
        return t(`log.problem.${problem.kind}`, { name });
    }
  };
  return async (file) => {
    const { name, size } = file;
    if (size > maxSavedBytes) {
      refuse(t('log.problem.tooLarge', { name, size: format.bytes(size), most: format.bytes(maxSavedBytes) }));
      return;
    }
    let text: string;
    try {
      text = await file.text();
    } catch (error) {
      refuse(t('log.problem.unreadable', { name, reason: error instanceof Error ? error.message : String(error) }));
      return;
    }
    const read = await readSaved(text, ours);
    if ('problem' in read) {
      refuse(sentence(name, read.problem));
      return;
    }
    notifications.hide(refusedId);
    await log.reopen(read.saved);
  };
}
