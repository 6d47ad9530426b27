import { resolve } from 'node:path';
import { RecordingFile } from '../lab/recordings/recording-file.ts';
import type { Language } from '../protocol/language.ts';
import { addressOfFile } from '../protocol/recording-address.ts';
import { checkStep } from './recorded-step.ts';

/** A recording that a window is to show, and the step that the playhead is put on. */
export interface Asked {
  readonly file: string;
  readonly at: number | undefined;
}

/** Where the page shows it. Throws `bad-input` where the file is no recording, or has no such step. */
export function checkedAddress({ file, at }: Asked, language: Language): string {
  using recording = new RecordingFile(file);
  if (at !== undefined) checkStep(file, recording.report(language).steps, at);
  return addressOfFile(resolve(file), at);
}
