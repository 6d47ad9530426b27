import { notifications } from '@mantine/notifications';
import { toProblem } from '../../../protocol/problem.ts';
import { addressOfRecordings } from '../../context/address.ts';
import { useActions, useWords } from '../../context/context.ts';
import { useTell } from '../shared/use-export.ts';

const refusedId = 'upload-refused';

/** Opens a recording that a person dropped or chose: by its path, or where a browser tells none, by sending it. */
export function useOpenFile(): (file: File) => Promise<void> {
  const { t, pick } = useWords();
  const { recordings } = useActions();
  const tell = useTell();
  return async (file) => {
    notifications.hide(refusedId);
    try {
      const path = await window.pagescope?.pathOf(file);
      location.hash = addressOfRecordings(path || (await recordings.upload(file)));
    } catch (error) {
      const { kind, text } = toProblem(error);
      if (kind === 'cancelled') return;
      // It stays until it is read: it says what to do about a file.
      const message = pick(text);
      tell({ id: refusedId, title: t('recordings.notOpened'), message, color: 'red', autoClose: false });
    }
  };
}
