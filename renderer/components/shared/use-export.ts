import { type NotificationData, notifications } from '@mantine/notifications';
import type { Report } from '../../../protocol/report.ts';
import { useActions, useWords } from '../../context/context.ts';
import { maxSavedBytes } from '../../store/workbench/saved-file.ts';

/** A word in the corner that something is done, or why it is not. One with an id takes the place of the one before. */
export function useTell(): (
  message: Pick<NotificationData, 'id' | 'message' | 'title' | 'color' | 'autoClose'>,
) => void {
  const { t } = useWords();
  return (message) => {
    if (message.id !== undefined) notifications.hide(message.id);
    notifications.show({ ...message, closeButtonProps: { 'aria-label': t('export.dismiss') } });
  };
}

/** Text to the clipboard; says so, or says why not. */
export function useCopy(): (text: string, done: string) => Promise<void> {
  const { t } = useWords();
  const tell = useTell();
  return async (text, done) => {
    try {
      await navigator.clipboard.writeText(text);
      tell({ message: done, color: 'green' });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      tell({
        title: t('export.failed'),
        message: t('export.copyRefused', { reason }),
        color: 'red',
      });
    }
  };
}

/** What can be taken away from the session that is shown. A refusal is shown by its page. */
export interface Exports {
  downloadReport(): Promise<void>;
  copyReport(): Promise<void>;
  downloadProgram(): Promise<void>;
  /** The workbench, so that it can be opened again. */
  saveSession(): Promise<void>;
}

export function useExport(): Exports {
  const { t, format } = useWords();
  const actions = useActions();
  const copyText = useCopy();
  const tell = useTell();
  return {
    async downloadReport() {
      const report = await actions.report();
      if (!report) return;
      const name = fileName(report.experiment.id, report.createdAt, 'json');
      save(new Blob([asText(report)], { type: 'application/json' }), name);
      tell({ message: t('export.saved', { name }), color: 'green' });
    },
    async copyReport() {
      const report = await actions.report();
      if (report) await copyText(asText(report), t('export.copied'));
    },
    async downloadProgram() {
      const program = await actions.log.program();
      if (program === undefined) return;
      const name = fileName('program', new Date().toISOString(), 'c');
      save(new Blob([program], { type: 'text/x-c' }), name);
      tell({ message: t('log.file.programSaved', { name }), color: 'green' });
    },
    async saveSession() {
      const saved = await actions.log.save();
      if (!saved) return;
      const name = fileName('workbench', saved.savedAt, 'json');
      const file = new Blob([`${JSON.stringify(saved)}\n`], { type: 'application/json' });
      save(file, name);
      const [size, most] = [format.bytes(file.size), format.bytes(maxSavedBytes)];
      if (file.size <= maxSavedBytes) tell({ message: t('log.file.saved', { name }), color: 'green' });
      else tell({ message: t('log.file.savedTooLarge', { name, size, most }), color: 'orange' });
    },
  };
}

const asText = (report: Report): string => `${JSON.stringify(report, null, 2)}\n`;

/** `pagescope-first-touch-2025-11-22T08-30-00.json`: sorts by time, and has nothing that a file system minds. */
const fileName = (what: string, time: string, ending: string): string =>
  `pagescope-${what}-${time.slice(0, 19).replaceAll(':', '-')}.${ending}`;

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the blob once the click is handled.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
