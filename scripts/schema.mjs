/**
 * Writes `docs/report.schema.json`, the JSON Schema (draft 2020-12) of the report, from the code that checks every
 * report. With `--check` it writes nothing and ends with status 1 when the file is not what the code says.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { ensureRuntime } from './children.mjs';
import { requireNode } from './node-version.mjs';
import { inProject, main, Refusal } from './project.mjs';

const file = inProject('docs', 'report.schema.json');

async function reportSchema() {
  const { reportSchema } = await import(inProject('protocol', 'report.ts'));
  const { reportSchemaId } = await import(inProject('protocol', 'report-id.ts'));
  const { $schema, ...schema } = z.toJSONSchema(reportSchema, { target: 'draft-2020-12' });
  return { $schema, $id: reportSchemaId, title: 'Pagescope report', ...schema };
}

requireNode();
await main(async (args) => {
  await ensureRuntime();
  const text = `${JSON.stringify(await reportSchema(), null, 2)}\n`;
  if (args.includes('--check')) {
    if (existsSync(file) && readFileSync(file, 'utf8') === text) return 0;
    throw new Refusal('docs/report.schema.json is not what protocol/report.ts says: run node scripts/schema.mjs.');
  }
  writeFileSync(file, text);
  return 0;
});
