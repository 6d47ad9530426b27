#!/usr/bin/env node
/**
 * The command `pagescope`. It checks what it runs on before it loads anything that a too old Node cannot parse.
 */
import { existsSync } from 'node:fs';
import module from 'node:module';
import { requireNode } from '../scripts/node-version.mjs';

requireNode();

const command = new URL('../out/cli/main.js', import.meta.url);
if (!existsSync(command)) {
  console.error("The command is not built yet (out/cli is missing): run 'npm run build' in Pagescope's folder.");
  process.exit(2);
}

// Sources in stack traces cost 30 ms at start, and only --debug prints stack traces.
if (process.argv.includes('--debug')) process.setSourceMapsEnabled(true);
// Compiled code is kept from the second run on (Node 22.1).
module.enableCompileCache?.();

await import(command.href);
