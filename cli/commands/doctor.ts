import { examine } from '../../lab/doctor.ts';
import type { Language } from '../../protocol/language.ts';
import { ExitStatus } from '../exit-status.ts';
import { Terminal } from '../terminal.ts';

/** `pagescope doctor`: what this machine lets experiments show, and what to do about the rest. */
export function doctor({ json, language }: { json: boolean; language: Language }): ExitStatus {
  const { environment, findings } = examine();
  if (json) {
    const named = findings.map(({ title, value, fix, ...rest }) => ({
      ...rest,
      title: title[language],
      value: value[language],
      ...(fix ? { fix: fix[language] } : {}),
    }));
    process.stdout.write(`${JSON.stringify({ environment, findings: named })}\n`);
    return ExitStatus.Held;
  }
  const terminal = new Terminal(process.stdout);
  terminal.line(`Linux ${environment.kernel} ${environment.architecture}, ${environment.pageSize}-byte pages`);
  for (const { title, value, status, fix } of findings) {
    const mark = status === 'fine' ? terminal.style('green', '✓') : terminal.style('yellow', '!');
    terminal.line(`${mark} ${title[language]}: ${value[language]}`);
    if (fix) terminal.line(`    ${fix[language]}`);
  }
  return ExitStatus.Held;
}
