import { attachedId } from '../../protocol/target.ts';
import type { TranscriptHeader } from '../session/transcript.ts';

/** A name that another program chose, for one line: control characters and others that print nothing become `?`. */
export function shownName(name: string): string {
  return name.replaceAll(/\p{C}/gu, '?');
}

/** What a report says of a session that is attached to another process, where it names the experiment. */
export function attachExperiment(pid: number, name: string | null): TranscriptHeader['experiment'] {
  const called = `${pid} ${shownName(name ?? '')}`.trim();
  return {
    id: attachedId,
    title: { en: `Process ${called}`, zh: `进程 ${called}` },
    parameters: { pid },
  };
}
