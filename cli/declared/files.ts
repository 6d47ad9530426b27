import { Option } from 'commander';
import { problem } from '../../protocol/problem.ts';
import type { Declaring } from './declaring.ts';
import { collectPath, parsePid, parsePort } from './values.ts';

/** The commands of the page cache, and of metrics. */
export function declareFiles({ program, common, asJson, finish }: Declaring): void {
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
      const { files } = await import('../commands/files.ts');
      const { pages = false, yes = false, force = false, watch = false, otherFileSystems = false, csv = false } = rest;
      const switches = { pages, yes, force, watch, otherFileSystems, csv, plainBytes };
      finish(await files({ ...rest, ...switches, act: acts[0], paths, json: asJson(), language: common().lang }));
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
    .option(
      '--any-host',
      'answer by whatever name it is called: for a proxy on this machine that passes names on',
      false,
    )
    .action(async (options: { port: number; path: string[]; anyHost: boolean }) => {
      const { exporter } = await import('../commands/exporter.ts');
      finish(await exporter({ ...options, json: asJson() }));
    });
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
