import { Command, CommanderError, Option } from 'commander';
import { ExitStatus, statusOf } from '../protocol/exit-status.ts';
import { languages } from '../protocol/language.ts';
import { problem, toProblem } from '../protocol/problem.ts';
import type { Common } from './declared/declaring.ts';
import { declareExperiments } from './declared/experiments.ts';
import { declareFiles } from './declared/files.ts';
import { declarePrinted } from './declared/printed.ts';
import { declareProcesses } from './declared/processes.ts';
import { declareRecordings } from './declared/recordings.ts';
import { version } from './installation.ts';
import { languageOf } from './language.ts';
import { withoutControls } from './terminal.ts';

/**
 * Runs the command line and resolves to its exit status. Each command's code is loaded when it is called, so that none
 * pays for another's.
 *
 * @param args what stands behind the command's name
 */
export async function command(args: readonly string[]): Promise<number> {
  let status: number = ExitStatus.Held;
  let program: Command | undefined;
  try {
    program = describe((result) => {
      status = result;
    });
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitStatus.Held : ExitStatus.BadInput;
    const { kind, text } = toProblem(error);
    const { lang, debug } = program?.opts<Common>() ?? { lang: languageOf() };
    process.stderr.write(`${withoutControls(text[lang])}\n`);
    if (debug && error instanceof Error) process.stderr.write(`${inLines(error.stack ?? '')}\n`);
    return statusOf(kind);
  }
}

function describe(finish: (status: number) => void): Command {
  const program = new Command('pagescope')
    .description('A Linux memory inspector: watch memory experiments page by page, as the kernel sees them.')
    .option('--json', 'print JSON on standard output')
    .option('--debug', 'print a stack trace with an error')
    .addOption(
      new Option('--lang <language>', 'language of texts')
        .choices(languages)
        .default(languageOf(), 'that of the locale'),
    )
    .version(version(), '-V, --version', 'print the version')
    .helpCommand('help [command]', 'say more of a command')
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(inLines(text.replace(/^error: /, 'pagescope: '))),
    })
    .showHelpAfterError("('pagescope --help' lists the commands)")
    .configureHelp({ showGlobalOptions: true })
    .action(async () => {
      const [named] = program.args;
      if (named?.endsWith('.pagescope')) return open(named, undefined);
      if (named !== undefined) throw unknownCommand(program, named);
      const { desktop } = await import('./commands/desktop.ts');
      finish(await desktop());
    });
  const common = () => program.opts<Common>();
  const handedOver = async () => {
    const { sqlite } = await import('../lab/recordings/sqlite.ts');
    if (sqlite()) return false;
    const { inNewerNode } = await import('./newer-node.ts');
    const status = await inNewerNode();
    if (status !== undefined) finish(status);
    return status !== undefined;
  };
  const open = async (file: string, at: number | undefined) => {
    if (await handedOver()) return;
    const { open } = await import('./commands/open.ts');
    finish(await open({ file, at }, common().lang));
  };

  const declaring = { program, common, asJson: () => common().json === true, finish, handedOver, open };
  declareExperiments(declaring);
  declareRecordings(declaring);
  declareProcesses(declaring);
  declareFiles(declaring);
  declarePrinted(declaring);
  for (const command of program.commands) {
    const settings = command.name() === 'run' ? 'a parameter of the experiment is given by --set name=value; ' : '';
    command.showHelpAfterError(`(${settings}'pagescope ${command.name()} --help' lists the options)`);
  }
  // After the commands, which would inherit it: what is too much here is the name of a command that there is not.
  return program.allowExcessArguments();
}

/** Several lines, each without control characters. */
const inLines = (text: string) => text.split('\n').map(withoutControls).join('\n');

function unknownCommand(program: Command, name: string) {
  const known = program.commands.map((each) => each.name()).join(', ');
  return problem(
    'bad-input',
    `There is no command "${name}"; the commands are ${known}. Without a command the app opens.`,
    `没有名为 “${name}” 的命令；可用的命令有 ${known}，不带命令则打开应用。`,
  );
}
