import { basename } from 'node:path';
import { RecordingFile } from '../../lab/recordings/recording-file.ts';
import { ExitStatus } from '../../protocol/exit-status.ts';
import type { Language } from '../../protocol/language.ts';
import { problem } from '../../protocol/problem.ts';
import type { CsvTable, FileFormat } from '../../protocol/report-formats.ts';
import { asFile } from '../file-format.ts';
import { checkWritable, writeWhole } from '../output-file.ts';
import { tellDamage } from '../tell-damage.ts';

export interface ExportOptions {
  readonly file: string;
  readonly format: FileFormat;
  readonly table: CsvTable | undefined;
  /** Standard output when not given. */
  readonly output: string | undefined;
  readonly force: boolean;
  readonly language: Language;
}

/** `pagescope export`: a recording as a report, in one of its formats. */
export async function exportRecording(options: ExportOptions): Promise<ExitStatus> {
  const { file, format, table, output, force, language } = options;
  if (output !== undefined) checkWritable(output, force);
  else if (format === 'png' && process.stdout.isTTY) throw pointsForTerminal();
  using recording = new RecordingFile(file);
  const content = await asFile(format, {
    report: recording.report(language),
    language,
    madeFrom: basename(file),
    program: () => recording.program(),
    saved: async () => recording.saved(),
    ...(table && { table }),
  });
  if (output === undefined) process.stdout.write(content);
  else writeWhole(output, content);
  tellDamage(file, recording, language);
  return ExitStatus.Held;
}

function pointsForTerminal() {
  return problem(
    'bad-input',
    'A PNG is not for a terminal to show; add --output FILE.',
    '终端无法显示 PNG；请加上 --output FILE。',
  );
}
