/**
 * `npm run bench`: what we cost against a reference that does the same work, as ratios of one run.
 *
 * Each `test/bench/NAME.bench.ts` default-exports `() => Row[]` (or a promise of it). A row is measured (`{name, unit,
 * ours, reference, ratio, bound}`) or not (`{name, skipped}`, with the reason). A file runs in its own process, so
 * that one's memory is not another's.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ensureRuntime, nodePath, run } from './children.mjs';
import { ensureBuilt } from './fresh.mjs';
import { ensureInstalled } from './install.mjs';
import { requireNode } from './node-version.mjs';
import { inProject, main, Refusal } from './project.mjs';
import { appendRun, readTrend, trendTable } from './trend.mjs';

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} unit of `ours` and `reference`
 * @property {number} ours
 * @property {number} reference
 * @property {number} ratio ours / reference
 * @property {number} bound the ratio that must not be passed
 */

/** @typedef {{ name: string, skipped: string }} Skipped */

const help = `npm run bench [-- name…] [--json] [--trend FILE]
Runs test/bench/NAME.bench.ts, all of them when none is named. Exit status 1 when a ratio is over its bound, 4 when a file failed.
--trend appends the ratios to FILE, one line of JSON for each run, and shows those of the last six runs.`;

/** What the child runs: the file for its rows and the bench file are its arguments. */
const runner = `
  import { writeFileSync } from 'node:fs';
  import { pathToFileURL } from 'node:url';
  const [into, file] = process.argv.slice(1);
  const { default: rows } = await import(pathToFileURL(file).href);
  if (typeof rows !== 'function') throw new Error(file + ' has no default export that gives its rows.');
  writeFileSync(into, JSON.stringify(await rows()));
`;

/**
 * @param {string} file
 * @returns {Promise<(Row | Skipped)[] | undefined>} undefined when it failed, which its message says
 */
async function measure(file) {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-bench-'));
  try {
    const into = join(folder, 'rows.json');
    // What a bench prints goes to stderr: stdout is the table's.
    const status = await run(nodePath(), ['--input-type=module', '--eval', runner, into, file], {
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0) return undefined;
    return JSON.parse(readFileSync(into, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {Row} row */
const isOver = (row) => row.ratio > row.bound;

/** @param {readonly Row[]} rows */
function table(rows) {
  const lines = [
    ['', 'ours', 'reference', 'unit', 'ratio', 'bound', ''],
    ...rows.map((row) => [
      row.name,
      `${row.ours}`,
      `${row.reference}`,
      row.unit,
      row.ratio.toFixed(2),
      `${row.bound}`,
      isOver(row) ? 'over' : '',
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const pad = (/** @type {string} */ cell, /** @type {number} */ column) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

/** @param {readonly string[]} names */
function benchFiles(names) {
  const folder = inProject('test', 'bench');
  const all = readdirSync(folder).flatMap((file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? []);
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Refusal(`There is no bench '${unknown}': name any of ${all.join(', ')}.`, 2);
  return (names.length === 0 ? all : names).map((name) => join(folder, `${name}.bench.ts`));
}

/**
 * The file after `--trend`, and the words without both.
 * @param {readonly string[]} words
 */
function splitTrend(words) {
  const at = words.indexOf('--trend');
  if (at < 0) return { trend: undefined, args: words };
  const trend = words[at + 1];
  if (trend === undefined || trend.startsWith('-')) throw new Refusal('--trend needs a FILE to append to.', 2);
  return { trend, args: words.toSpliced(at, 2) };
}

requireNode();
await main(async (words) => {
  const { trend, args } = splitTrend(words);
  // A file that is no trend is refused now, not after minutes.
  const earlier = trend === undefined ? [] : readTrend(trend);
  await ensureInstalled();
  await ensureRuntime();
  const files = benchFiles(args.filter((arg) => arg !== '--json'));
  await ensureBuilt();
  /** @type {(Row | Skipped)[]} */
  const results = [];
  /** @type {string[]} */
  const failed = [];
  for (const file of files) {
    const found = await measure(file);
    if (found) results.push(...found);
    else failed.push(basename(file));
  }
  const rows = results.flatMap((row) => ('skipped' in row ? [] : [row]));
  const skipped = results.flatMap((row) => ('skipped' in row ? [row] : []));
  if (args.includes('--json')) console.log(JSON.stringify({ rows, skipped }, null, 2));
  else console.log(table(rows));
  if (trend !== undefined) {
    const measured = {
      at: new Date().toISOString(),
      ratios: Object.fromEntries(rows.map((row) => [row.name, row.ratio])),
    };
    appendRun(trend, measured);
    // stdout is the JSON's where that is asked for.
    const show = args.includes('--json') ? console.error : console.log;
    show(`\n${trendTable([...earlier, measured])}`);
  }
  for (const { name, skipped: reason } of skipped) console.error(`skipped: ${name}: ${reason}`);
  // What the others measured took minutes: it is shown all the same.
  for (const file of failed) console.error(`failed: ${file}: its message above says why`);
  return failed.length > 0 ? 4 : rows.some(isOver) ? 1 : 0;
}, help);
