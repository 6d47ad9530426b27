import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ExitStatus, statusOf } from '../protocol/exit-status.ts';
import type { ParameterValues, Placement } from '../protocol/experiment.ts';
import { type FixId, fixIds } from '../protocol/fixes/fix-ids.ts';
import { type Language, languages } from '../protocol/language.ts';
import { problem, toProblem } from '../protocol/problem.ts';
import { version } from './installation.ts';
import { languageOf } from './language.ts';
import { withoutControls } from './terminal.ts';

interface Common {
  readonly json?: boolean;
  readonly lang: Language;
  readonly debug?: boolean;
}

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
    .addOption(new Option('--lang <language>', 'language of texts').choices(languages).default(languageOf()))
    .version(version(), '-V, --version', 'print the version')
    .helpCommand('help [command]', 'say more of a command')
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(inLines(text.replace(/^error: /, 'pagescope: '))),
    })
    .showHelpAfterError("('pagescope --help' lists the commands)")
    .configureHelp({ showGlobalOptions: true })
    .action(async () => {
      const [unknown] = program.args;
      if (unknown !== undefined) throw unknownCommand(program, unknown);
      const { desktop } = await import('./commands/desktop.ts');
      finish(await desktop());
    });
  const common = () => program.opts<Common>();
  const asJson = () => common().json === true;

  program
    .command('experiments')
    .description('list the experiments: parameters with bounds and defaults, whether each can run here')
    .action(async () => {
      const { experiments } = await import('./commands/experiments.ts');
      finish(experiments({ json: asJson(), language: common().lang }));
    });

  program
    .command('run')
    .description('run an experiment; draw the page map and the claims, or print the JSON report')
    .argument('<id>', "an experiment's id")
    .option('--set <name=value>', 'a parameter; may be given several times', collectSetting, {})
    .option('--output <file>', 'write the result to a file')
    .addOption(new Option('--format <format>', 'what --output writes; json when not given').choices(['json', 'c']))
    .addOption(new Option('--placement <where>', 'run in this process or in its own').choices(['inline', 'isolated']))
    .action(
      async (
        id: string,
        options: { set: ParameterValues; output?: string; format?: 'json' | 'c'; placement?: Placement },
      ) => {
        const { run } = await import('./commands/run.ts');
        const { set: parameters, output, format, placement } = options;
        finish(await run({ id, parameters, output, format, placement, json: asJson(), language: common().lang }));
      },
    );

  program
    .command('serve')
    .description('serve the app to a browser on the loopback address; print its URL')
    .option('--port <number>', 'the port; 0 takes any free one', parsePort, 0)
    .action(async ({ port }: { port: number }) => {
      const { serve } = await import('./commands/serve.ts');
      finish(await serve({ port, json: asJson() }));
    });

  program
    .command('doctor')
    .description(
      'limits, capabilities and kernel features, where this runs, and the fix for what would stop an experiment',
    )
    .option('--lock <size>', 'whether so much more could be locked (64MiB, 100M, 4096K); exits 1 when not')
    .addOption(new Option('--fix <id>', 'print one fix alone').choices(fixIds))
    .action(async (options: { lock?: string; fix?: FixId }) => {
      const { doctor } = await import('./commands/doctor.ts');
      finish(doctor({ ...options, json: asJson(), language: common().lang }));
    });

  program
    .command('conformance')
    .description("check the kernel's rules for these calls on this machine")
    .argument('[call...]', 'the calls to check; all when none is named')
    .action(async (calls: readonly string[]) => {
      const { conformance } = await import('./commands/conformance.ts');
      finish(await conformance({ calls, json: asJson(), language: common().lang }));
    });

  program
    .command('licenses')
    .description('print the licences of the packages that Pagescope is built with')
    .action(async () => {
      const { licenses } = await import('./commands/licenses.ts');
      finish(licenses());
    });

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

function collectSetting(setting: string, before: ParameterValues): ParameterValues {
  const equals = setting.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Write it as name=value.');
  return { ...before, [setting.slice(0, equals)]: setting.slice(equals + 1) };
}

function parsePort(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isInteger(port) && port <= 65535) return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
}
