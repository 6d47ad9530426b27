import { InvalidArgumentError, Option } from 'commander';
import { type FixId, fixIds } from '../../protocol/fixes/fix-ids.ts';
import { type ProcessOrder, processOrders } from '../process-orders.ts';
import type { Declaring } from './declaring.ts';
import { parseDuration, parsePid } from './values.ts';

/** The commands of this process and of others. */
export function declareProcesses({ program, common, asJson, finish, handedOver }: Declaring): void {
  program
    .command('doctor')
    .description(
      'limits, capabilities and kernel features, where this runs, and the fix for what would stop an experiment',
    )
    .option('--lock <size>', 'whether so much more could be locked (64MiB, 100M, 4096K); exits 1 when not')
    .addOption(new Option('--fix <id>', 'print one fix alone').choices(fixIds))
    .option('--pid <number>', 'of another process, from outside: nothing runs in its container', parsePid)
    .action(async (options: { lock?: string; fix?: FixId; pid?: number }) => {
      const { doctor } = await import('../commands/doctor.ts');
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
        const { recordProcess } = await import('../commands/record-process.ts');
        const { record: file, for: forMs, force = false, pages, pss = false } = options;
        finish(await recordProcess(pid, { file, force, forMs, pages, pss, language: common().lang }));
        return;
      }
      const { listProcesses, showProcess } = await import('../commands/process.ts');
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
      const { top } = await import('../commands/top.ts');
      finish(await top({ sort, language: common().lang }));
    });
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
