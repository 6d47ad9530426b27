import type { RecordingFile } from '../lab/recordings/recording-file.ts';
import type { Language } from '../protocol/language.ts';
import { withoutControls } from './terminal.ts';

/** Says on standard error what of a recording that has been read could not be: nothing, where all was. */
export function tellDamage(file: string, { damaged }: RecordingFile, language: Language): void {
  if (damaged === 0) return;
  const said = {
    en: `${file} is damaged: ${damaged} of its records could not be read and are left out.`,
    zh: `${file} 已损坏：有 ${damaged} 条记录无法读取，已略去。`,
  };
  process.stderr.write(`${withoutControls(said[language])}\n`);
}
