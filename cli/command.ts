import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ExitStatus, statusOf } from '../protocol/exit-status.ts';
import type { ParameterValues, Placement } from '../protocol/experiment.ts';
import { type FixId, fixIds } from '../protocol/fixes/fix-ids.ts';
import { type Language, languages } from '../protocol/language.ts';
import { problem, toProblem } from '../protocol/problem.ts';
import { type CsvTable, csvTables, type FileFormat, fileFormats } from '../protocol/report-formats.ts';
import { version } from './installation.ts';
import { languageOf } from './language.ts';
import { type ProcessOrder, processOrders } from './process-orders.ts';
import { type Shell, shells } from './shell/shells.ts';
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
  const asJson = () => common().json === true;
  /** Whether a newer Node has done what was asked: recordings need one. */
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

  program
    .command('experiments')
    .description('list the experiments: parameters with bounds and defaults, whether each can run here')
    .action(async () => {
      const { experiments } = await import('./commands/experiments.ts');
      finish(await experiments({ json: asJson(), language: common().lang }));
    });

  program
    .command('run')
    .description('run an experiment; draw the page map and the claims, or print the JSON report')
    .argument('<id>', "an experiment's id")
    .option('--set <name=value>', 'a parameter; may be given several times', collectSetting, {})
    .option('--output <file>', 'write the result to a file')
    .addOption(new Option('--format <format>', 'what --output writes; json when not given').choices(fileFormats))
    .option('--record <file>', 'record the run in a file, which the other commands open')
    .option('--force', 'let --output and --record take the place of a file that is there')
    .addOption(new Option('--placement <where>', 'run in this process or in its own').choices(['inline', 'isolated']))
    .action(
      async (
        id: string,
        options: {
          set: ParameterValues;
          output?: string;
          format?: FileFormat;
          record?: string;
          force?: boolean;
          placement?: Placement;
        },
      ) => {
        if (options.record !== undefined && (await handedOver())) return;
        const { run } = await import('./commands/run.ts');
        const { set: parameters, output, format, record, force = false, placement } = options;
        const chosen = { id, parameters, output, format, record, force, placement };
        finish(await run({ ...chosen, json: asJson(), language: common().lang }));
      },
    );

  program
    .command('export')
    .description('write a recording as a report')
    .argument('<recording>', 'a file that was recorded')
    .addOption(new Option('--format <format>', 'what to write').choices(fileFormats).default('json'))
    .addOption(new Option('--table <table>', 'which table a CSV has; steps when not given').choices(csvTables))
    .option('--output <file>', 'write to a file; standard output when not given')
    .option('--force', 'let --output take the place of a file that is there')
    .action(
      async (file: string, options: { format: FileFormat; table?: CsvTable; output?: string; force?: boolean }) => {
        if (await handedOver()) return;
        const { exportRecording } = await import('./commands/export.ts');
        const { format, table, output, force = false } = options;
        finish(await exportRecording({ file, format, table, output, force, language: common().lang }));
      },
    );

  program
    .command('recordings')
    .description('list what the app recorded')
    .option('--limit [size]', 'how much all of them may take; with a size (500M, 2GiB, 0 for none), set that')
    .option('--force', 'let --limit delete the oldest that are over it')
    .action(async ({ limit, force = false }: { limit?: string | true; force?: boolean }) => {
      if (await handedOver()) return;
      const { recordings, recordingsLimit } = await import('./commands/recordings.ts');
      const chosen = { json: asJson(), language: common().lang };
      finish(limit === undefined ? await recordings(chosen) : recordingsLimit({ ...chosen, limit, force }));
    });

  program
    .command('open')
    .description('open the app with a recording in it')
    .argument('<recording>', 'a file that was recorded')
    .addOption(atStep())
    .action((file: string, { at }: { at?: number }) => open(file, at));

  program
    .command('compare')
    .description('two recordings side by side: pages, measurements, claims, machines')
    .argument('<a>', 'a file that was recorded; FILE@STEP for its pages after a step')
    .argument('<b>', 'another')
    .action(async (a: string, b: string) => {
      if (await handedOver()) return;
      const { compareRecordings } = await import('./commands/compare.ts');
      finish(compareRecordings({ files: [a, b], json: asJson(), language: common().lang }));
    });

  program
    .command('serve')
    .description('serve the app to a browser on the loopback address; print its URL')
    .argument('[recording]', 'a file that was recorded, to be shown first')
    .option('--port <number>', 'the port; 0 takes any free one', parsePort, 0)
    .addOption(atStep())
    .action(async (file: string | undefined, { port, at }: { port: number; at?: number }) => {
      if (file !== undefined && (await handedOver())) return;
      const address = file === undefined ? undefined : await import('./recording-address.ts');
      const show = address?.checkedAddress({ file: file ?? '', at }, common().lang);
      const { serve } = await import('./commands/serve.ts');
      finish(await serve({ port, show, json: asJson() }));
    });

  program
    .command('doctor')
    .description(
      'limits, capabilities and kernel features, where this runs, and the fix for what would stop an experiment',
    )
    .option('--lock <size>', 'whether so much more could be locked (64MiB, 100M, 4096K); exits 1 when not')
    .addOption(new Option('--fix <id>', 'print one fix alone').choices(fixIds))
    .option('--pid <number>', 'of another process, from outside: nothing runs in its container', parsePid)
    .action(async (options: { lock?: string; fix?: FixId; pid?: number }) => {
      const { doctor } = await import('./commands/doctor.ts');
      finish(doctor({ ...options, json: asJson(), language: common().lang }));
    });

  program
    .command('process')
    .description(
      'other processes: who they are, what they hold and lock of which limit; of one, its mappings and pages',
    )
    .argument('[pid]', 'a process; all of them when none is named', parsePid)
    .addOption(new Option('--sort <column>', 'what the list is sorted by').choices(processOrders).default('rss'))
    .option('--all', 'list threads of the kernel and zombies too')
    .option('--locks', 'who locks memory, and the sums by user beside those of the machine')
    .option('--maps', 'each mapping of the process, not in groups')
    .option('--pages <mapping>', "the pages of a mapping: an address in it, heap, stack, or a file's name")
    .option('--pss', 'read PSS, dirty and locked pages too, whatever it costs the process')
    .option('--diff <duration>', 'look twice, so far apart (10s, 500ms), and tell what changed', parseDuration)
    .addOption(new Option('--format <format>', 'pmap: the columns of pmap -x').choices(['pmap']))
    .addOption(
      new Option(
        '--record <file>',
        'record it until Ctrl-C or its end: all counts, and the largest mappings (or --pages)',
      ).conflicts(['maps', 'diff', 'format', 'csv', 'locks']),
    )
    .option('--for <duration>', 'with --record: how long (10s, 2m)', parseDuration)
    .option('--force', 'let --record take the place of a file that is there')
    .option('--csv', 'print CSV on standard output')
    .action(async (pid: number | undefined, options: ProcessOptions) => {
      if (options.record !== undefined) {
        if (pid === undefined)
          throw new InvalidArgumentError('--record needs a process: pagescope process PID --record FILE.');
        if (await handedOver()) return;
        const { recordProcess } = await import('./commands/record-process.ts');
        const { record: file, for: forMs, force = false, pages, pss = false } = options;
        finish(await recordProcess(pid, { file, force, forMs, pages, pss, language: common().lang }));
        return;
      }
      const { listProcesses, showProcess } = await import('./commands/process.ts');
      const {
        csv = false,
        all = false,
        locks = false,
        maps = false,
        pss = false,
        sort,
        diff: diffMs,
        ...rest
      } = options;
      const printed = { json: asJson(), csv, language: common().lang };
      if (pid === undefined) finish(await listProcesses({ ...printed, sort, all, locks }));
      else finish(await showProcess(pid, { ...printed, maps, pss, diffMs, ...rest }));
    });

  program
    .command('top')
    .description('all processes live in the terminal; q quits, r s v l m p n sort')
    .addOption(new Option('--sort <column>', 'what it is sorted by').choices(processOrders).default('rss'))
    .action(async ({ sort }: { sort: ProcessOrder }) => {
      const { top } = await import('./commands/top.ts');
      finish(await top({ sort, language: common().lang }));
    });

  program
    .command('files')
    .description('what the page cache holds of files and folders; evict, touch or lock them, save what is cached')
    .argument('[path...]', 'files and folders; FILE:FROM-TO for its pages, FILE:0-64M for bytes')
    .option('--pages', 'which pages are cached and which wait to be written, as runs')
    .option('--open-by <pid>', 'the files that a process has open or mapped, deleted ones and memfds too', parsePid)
    .option('--evict', 'write the files out and drop them from the page cache, for everyone')
    .option('--touch', 'read the pages that are not in the page cache')
    .option('--lock', 'keep the files in memory until this command ends, also what they grow by')
    .option('--yes', 'do not ask before --evict and --lock')
    .option('-o, --columns <list>', 'columns of fincore: RES,PAGES,SIZE,FILE,DIRTY and more')
    .addOption(new Option('--format <format>', 'print as another tool does').choices(['fincore', 'pcstat', 'vmtouch']))
    .option('-b, --bytes', 'sizes in bytes')
    .option('--save <set>', 'write which pages are cached to a file, to be restored later')
    .option('--restore <set>', 'read the pages of a set that was saved, where they are missing')
    .option('--force', 'let --save take the place of a file that is there')
    .option('--watch', 'look again every second')
    .option('--other-file-systems', 'go on into file systems that are mounted in a folder')
    .option('--csv', 'print CSV on standard output')
    .action(async (paths: readonly string[], options: FilesCommandOptions) => {
      const { bytes: plainBytes = false, ...rest } = options;
      const acts = (['evict', 'touch', 'lock'] as const).filter((act) => options[act]);
      if (acts.length > 1) throw oneAction();
      const { files } = await import('./commands/files.ts');
      const { pages = false, yes = false, force = false, watch = false, otherFileSystems = false, csv = false } = rest;
      const switches = { pages, yes, force, watch, otherFileSystems, csv, plainBytes };
      finish(await files({ ...rest, ...switches, act: acts[0], paths, json: asJson(), language: common().lang }));
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

  program
    .command('exporter')
    .description('serve metrics of all processes to Prometheus, on the loopback address; print the URL')
    .option('--port <number>', 'the port; 0 takes any free one', parsePort, 9784)
    .option(
      '--path <file>',
      'a file or a folder whose cached bytes are told; may be given several times',
      collectPath,
      [],
    )
    .action(async (options: { port: number; path: string[] }) => {
      const { exporter } = await import('./commands/exporter.ts');
      finish(await exporter({ ...options, json: asJson() }));
    });

  program
    .command('completion')
    .description('print the script that completes this command in a shell')
    .addArgument(new Argument('<shell>', 'for which shell').choices(shells))
    .action(async (shell: Shell) => {
      const { completion } = await import('./commands/completion.ts');
      finish(completion(shell, program));
    });

  program
    .command('manual')
    .description('print the manual page, for man(1)')
    .action(async () => {
      const { printManual } = await import('./commands/completion.ts');
      finish(printManual(program));
    });

  for (const command of program.commands) {
    const settings = command.name() === 'run' ? 'a parameter of the experiment is given by --set name=value; ' : '';
    command.showHelpAfterError(`(${settings}'pagescope ${command.name()} --help' lists the options)`);
  }
  // After the commands, which would inherit it: what is too much here is the name of a command that there is not.
  return program.allowExcessArguments();
}

/** Several lines, each without control characters. */
const inLines = (text: string) => text.split('\n').map(withoutControls).join('\n');

const collectPath = (path: string, before: readonly string[]) => [...before, path];

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

const atStep = () => new Option('--at <step>', 'the step that it is shown at').argParser(parseStep);

function parseStep(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A step is a whole number from 0.');
}

/** What commander makes of the options of `process`. */
interface ProcessOptions {
  readonly sort: ProcessOrder;
  readonly all?: boolean;
  readonly locks?: boolean;
  readonly maps?: boolean;
  readonly pages?: string;
  readonly pss?: boolean;
  /** In ms. */
  readonly diff?: number;
  readonly format?: 'pmap';
  readonly record?: string;
  /** In ms. */
  readonly for?: number;
  readonly force?: boolean;
  readonly csv?: boolean;
}

/** What commander makes of the options of `files`. */
interface FilesCommandOptions {
  readonly pages?: boolean;
  readonly openBy?: number;
  readonly evict?: boolean;
  readonly touch?: boolean;
  readonly lock?: boolean;
  readonly yes?: boolean;
  readonly columns?: string;
  readonly format?: 'fincore' | 'pcstat' | 'vmtouch';
  readonly bytes?: boolean;
  readonly save?: string;
  readonly restore?: string;
  readonly force?: boolean;
  readonly watch?: boolean;
  readonly otherFileSystems?: boolean;
  readonly csv?: boolean;
}

function oneAction() {
  return problem(
    'bad-input',
    'Evict, touch or lock: choose one of --evict, --touch and --lock.',
    '逐出、读入和锁定（--evict、--touch、--lock）只能选择一个。',
  );
}

function parsePid(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A process is named by its number, its pid.');
}

function parseDuration(text: string): number {
  const [, number, unit] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m)?$/.exec(text) ?? [];
  const ms = Number(number) * (unit === 'ms' ? 1 : unit === 'm' ? 60_000 : 1000);
  if (ms > 0 && ms <= 24 * 3_600_000) return ms;
  throw new InvalidArgumentError('Write it as 10s, 500ms or 2m; a day at most.');
}

function parsePort(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isInteger(port) && port <= 65535) return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
}
