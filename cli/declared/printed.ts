import { Argument } from 'commander';
import { type Shell, shells } from '../shell/shells.ts';
import type { Declaring } from './declaring.ts';

/** The commands that print what comes along with Pagescope. */
export function declarePrinted({ program, finish }: Declaring): void {
  program
    .command('completion')
    .description('print the script that completes this command in a shell')
    .addArgument(new Argument('<shell>', 'for which shell').choices(shells))
    .action(async (shell: Shell) => {
      const { completion } = await import('../commands/completion.ts');
      finish(completion(shell, program));
    });

  program
    .command('manual')
    .description('print the manual page, for man(1)')
    .action(async () => {
      const { printManual } = await import('../commands/completion.ts');
      finish(printManual(program));
    });

  program
    .command('licenses')
    .description('print the licences of the packages that Pagescope is built with')
    .action(async () => {
      const { licenses } = await import('../commands/licenses.ts');
      finish(licenses());
    });
}
