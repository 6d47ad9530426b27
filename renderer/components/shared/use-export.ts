import { type NotificationData, notifications } from '@mantine/notifications';
import type { Report } from '../../../protocol/report.ts';
import type { CsvTable, FileFormat } from '../../../protocol/report-formats.ts';
import { addressOfShown } from '../../context/address.ts';
import { useActions, useStoreState, useWords } from '../../context/context.ts';
import { shownSession } from '../../store/store.ts';
import { maxSavedBytes } from '../../store/workbench/saved-file.ts';
import { asPng } from './picture.ts';
import { save } from './save.ts';

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
      tell({ message: done });
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

/** The formats that `export` alone writes, with what their files are. */
const formats = {
  html: { ending: 'html', type: 'text/html' },
  md: { ending: 'md', type: 'text/markdown' },
  svg: { ending: 'svg', type: 'image/svg+xml' },
  png: { ending: 'png', type: 'image/png' },
  strace: { ending: 'strace.txt', type: 'text/plain' },
  csv: { ending: 'csv', type: 'text/csv' },
} as const satisfies Partial<Record<FileFormat, { readonly ending: string; readonly type: string }>>;
export type DownloadFormat = keyof typeof formats;

/** What can be taken away from the session that is shown. A refusal is shown by its page. */
export interface Exports {
  downloadReport(): Promise<void>;
  /** In one of the formats for people and programs; of a CSV, one table. */
  downloadAs(format: DownloadFormat, table?: CsvTable): Promise<void>;
  copyReport(): Promise<void>;
  /** The address of what is shown: parameters, recording, step. */
  copyLink(): Promise<void>;
  downloadProgram(): Promise<void>;
  /** The workbench, so that it can be opened again. */
  saveSession(): Promise<void>;
}

export function useExport(): Exports {
  const { t, format } = useWords();
  const actions = useActions();
  const state = useStoreState();
  const copyText = useCopy();
  const tell = useTell();
  /** The name that it has been given; undefined when it is not saved, which is told. */
  const saveAs = async (blob: Blob, name: string): Promise<string | undefined> => {
    const saved = await save(blob, name);
    if (saved.state === 'completed') return saved.name;
    if (saved.state === 'cancelled') tell({ message: t('export.cancelled', { name }) });
    else tell({ title: t('export.failed'), message: t('export.interrupted', { name: saved.name }), color: 'red' });
    return undefined;
  };
  return {
    async downloadReport() {
      const report = await actions.report();
      if (!report) return;
      const name = fileName(report.experiment.id, report.createdAt, 'json');
      const saved = await saveAs(new Blob([asText(report)], { type: 'application/json' }), name);
      if (saved) tell({ message: t('export.saved', { name: saved }) });
    },
    async downloadAs(format, table) {
      const session = shownSession(state());
      const text = await actions.written(format === 'png' ? 'svg' : format, table);
      if (text === undefined || !session?.started) return;
      const { ending, type } = formats[format];
      const { experiment } = session.started;
      const recorded = state().reopened;
      const time = recorded?.session === session.id ? recorded.createdAt : new Date().toISOString();
      const name = await saveAs(
        format === 'png' ? await asPng(text) : new Blob([text], { type }),
        fileName(table ? `${experiment}-${table}` : experiment, time, ending),
      );
      if (name) tell({ message: t('export.savedAs', { name }) });
    },
    async copyReport() {
      const report = await actions.report();
      if (report) await copyText(asText(report), t('export.copied'));
    },
    async copyLink() {
      const address = new URL(addressOfShown(state()) ?? '', window.location.href);
      await copyText(address.href, t('export.linkCopied'));
    },
    async downloadProgram() {
      const program = await actions.log.program();
      if (program === undefined) return;
      const name = fileName('program', new Date().toISOString(), 'c');
      const saved = await saveAs(new Blob([program], { type: 'text/x-c' }), name);
      if (saved) tell({ message: t('log.file.programSaved', { name: saved }) });
    },
    async saveSession() {
      const session = await actions.log.save();
      if (!session) return;
      const file = new Blob([`${JSON.stringify(session)}\n`], { type: 'application/json' });
      const name = await saveAs(file, fileName('workbench', session.savedAt, 'json'));
      if (name === undefined) return;
      const [size, most] = [format.bytes(file.size), format.bytes(maxSavedBytes)];
      if (file.size <= maxSavedBytes) tell({ message: t('log.file.saved', { name }) });
      else tell({ message: t('log.file.savedTooLarge', { name, size, most }), color: 'orange' });
    },
  };
}

const asText = (report: Report): string => `${JSON.stringify(report, null, 2)}\n`;

/** `pagescope-first-touch-2025-11-22T08-30-00.json`: sorts by time, and has nothing that a file system minds. */
const fileName = (what: string, time: string, ending: string): string =>
  `pagescope-${what}-${time.slice(0, 19).replaceAll(':', '-')}.${ending}`;
