import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ExitStatus } from '../../protocol/exit-status.ts';
import { problem } from '../../protocol/problem.ts';
import { installationFolder } from '../installation.ts';

/** `pagescope licenses`: the licences of what Pagescope is built with, as the build wrote them down. */
export function licenses(): ExitStatus {
  const file = join(installationFolder(), 'out', 'renderer', 'third-party-notices.txt');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw problem(
      'cannot-run-here',
      `The licences are not in ${file}: run npm run build, or install Pagescope again.`,
      `${file} 中没有许可证文本：请运行 npm run build，或重新安装 Pagescope。`,
      { cause },
    );
  }
  process.stdout.write(text);
  return ExitStatus.Held;
}
