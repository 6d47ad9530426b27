import { type NotificationData, notifications } from '@mantine/notifications';
import type { Report } from '../../protocol/report.ts';
import { useActions, useWords } from '../app/context.ts';

/** A word in the corner that something is done, or why it is not. */
function useTell(): (message: Pick<NotificationData, 'message' | 'title' | 'color'>) => void {
  const { t } = useWords();
  return (message) => notifications.show({ ...message, closeButtonProps: { 'aria-label': t('export.dismiss') } });
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

/** The report of the session that is shown, to a file or to the clipboard. A refusal is shown by the experiment's page. */
export function useExport(): { download(): Promise<void>; copy(): Promise<void> } {
  const { t } = useWords();
  const actions = useActions();
  const copyText = useCopy();
  const tell = useTell();
  return {
    async download() {
      const report = await actions.report();
      if (!report) return;
      const name = fileName(report);
      save(new Blob([asText(report)], { type: 'application/json' }), name);
      tell({ message: t('export.saved', { name }), color: 'green' });
    },
    async copy() {
      const report = await actions.report();
      if (report) await copyText(asText(report), t('export.copied'));
    },
  };
}

const asText = (report: Report): string => `${JSON.stringify(report, null, 2)}\n`;

/** `pagescope-first-touch-2025-11-22T08-30-00.json`: sorts by time, and has nothing that a file system minds. */
const fileName = ({ experiment, createdAt }: Report): string =>
  `pagescope-${experiment.id}-${createdAt.slice(0, 19).replaceAll(':', '-')}.json`;

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on the blob once the click is handled.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
