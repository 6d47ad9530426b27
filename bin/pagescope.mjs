#!/usr/bin/env node
/**
 * The command `pagescope`. It checks what it runs on before it loads anything that a too old Node cannot parse.
 */
import module from 'node:module';
import { requireNode } from '../scripts/node-version.mjs';
import { ownCacheFolder } from '../scripts/own-folder.mjs';

requireNode();
// Imported, node:fs would load its streams too, 170 page faults.
const require = module.createRequire(import.meta.url);
if (process.argv.length === 3 && process.argv[2] === '--version' && printVersion()) process.exit(0);

// Sources in stack traces cost 30 ms at start, and only --debug prints stack traces.
if (process.argv.includes('--debug')) process.setSourceMapsEnabled(true);
// Compiled code is kept from the second run on (Node 22.1), where nobody else can put some.
const compiled = ownCacheFolder('compiled');
if (compiled !== undefined) module.enableCompileCache?.(compiled);

const command = '../out/cli/main.cjs';
try {
  require.resolve(command);
} catch {
  console.error("The command is not built yet (out/cli is missing): run 'npm run build' in Pagescope's folder.");
  process.exit(2);
}
require(command);

/** Without the command, which takes longer to load; what stands in the way is the command's to tell. */
function printVersion() {
  try {
    const { readFileSync, writeSync } = require('node:fs');
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    writeSync(1, `${version}\n`);
    return true;
  } catch {
    return false;
  }
}
