import type { Command } from 'commander';
import { RULES } from '../../conformance/all-rules.ts';
import { experimentIds } from '../../lab/experiments/catalogue.ts';
import { ExitStatus } from '../../protocol/exit-status.ts';
import { version } from '../installation.ts';
import { bashCompletion } from '../shell/bash.ts';
import { type Declared, declared } from '../shell/declared.ts';
import { fishCompletion } from '../shell/fish.ts';
import { manual } from '../shell/manual.ts';
import type { Shell } from '../shell/shells.ts';
import { zshCompletion } from '../shell/zsh.ts';

const completions: Record<Shell, (program: Declared) => string> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `pagescope completion SHELL`: prints the script that completes this command line. */
export function completion(shell: Shell, program: Command): ExitStatus {
  process.stdout.write(completions[shell](declaredWithWords(program)));
  return ExitStatus.Held;
}

/** `pagescope manual`: prints the manual page, for man(1). */
export function printManual(program: Command): ExitStatus {
  process.stdout.write(manual(declaredWithWords(program), version()));
  return ExitStatus.Held;
}

function declaredWithWords(program: Command): Declared {
  const commands = program.commands.map((each) => each.name());
  const calls = [...new Set(RULES.map(({ call }) => call))];
  return declared(program, { id: experimentIds, call: calls, command: commands });
}
