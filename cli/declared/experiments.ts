import { Option } from 'commander';
import type { ParameterValues, Placement } from '../../protocol/experiment.ts';
import { type FileFormat, fileFormats } from '../../protocol/report-formats.ts';
import type { Declaring } from './declaring.ts';
import { collectSetting } from './values.ts';

/** The commands of experiments and of the kernel's rules. */
export function declareExperiments({ program, common, asJson, finish, handedOver }: Declaring): void {
  program
    .command('experiments')
    .description('list the experiments: parameters with bounds and defaults, whether each can run here')
    .action(async () => {
      const { experiments } = await import('../commands/experiments.ts');
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
        const { run } = await import('../commands/run.ts');
        const { set: parameters, output, format, record, force = false, placement } = options;
        const chosen = { id, parameters, output, format, record, force, placement };
        finish(await run({ ...chosen, json: asJson(), language: common().lang }));
      },
    );

  program
    .command('conformance')
    .description("check the kernel's rules for these calls on this machine")
    .argument('[call...]', 'the calls to check; all when none is named')
    .action(async (calls: readonly string[]) => {
      const { conformance } = await import('../commands/conformance.ts');
      finish(await conformance({ calls, json: asJson(), language: common().lang }));
    });
}
