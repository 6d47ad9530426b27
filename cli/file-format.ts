import { fileURLToPath } from 'node:url';
import { written } from '../lab/reports/formats.ts';
import type { ReportSource } from '../lab/reports/report-source.ts';
import type { FileFormat } from '../protocol/report-formats.ts';

/** What the picture is drawn with lies beside the command; scripts/targets.mjs puts it there. */
const beside = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));

/** A session in a format that a file can have. */
export async function asFile(format: FileFormat, source: ReportSource): Promise<string | Uint8Array> {
  if (format !== 'png') return written(format, source);
  const { png } = await import('../lab/reports/png.ts');
  return png(await written('svg', source), { wasm: beside('resvg.wasm'), font: beside('inter-latin.woff2') });
}
