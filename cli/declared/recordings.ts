import { Option } from 'commander';
import { type CsvTable, csvTables, type FileFormat, fileFormats } from '../../protocol/report-formats.ts';
import type { Declaring } from './declaring.ts';
import { atStep, parsePort } from './values.ts';

/** The commands of recordings, and the app that shows them. */
export function declareRecordings({ program, common, asJson, finish, handedOver, open }: Declaring): void {
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
        const { exportRecording } = await import('../commands/export.ts');
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
      const { recordings, recordingsLimit } = await import('../commands/recordings.ts');
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
      const { compareRecordings } = await import('../commands/compare.ts');
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
      const address = file === undefined ? undefined : await import('../recording-address.ts');
      const show = address?.checkedAddress({ file: file ?? '', at }, common().lang);
      const { serve } = await import('../commands/serve.ts');
      finish(await serve({ port, show, json: asJson() }));
    });
}
