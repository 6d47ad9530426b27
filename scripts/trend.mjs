/**
 * What `npm run bench -- --trend FILE` keeps: each run appended to the file as one line of JSON, and shown as the
 * ratios of the last runs, row by row.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { Refusal } from './project.mjs';

/** @typedef {{ at: string, ratios: Record<string, number> }} Run */

/** So many runs are shown side by side. */
const shown = 6;

/**
 * The runs that the file holds, the oldest first; none where there is no file yet. A line that is no run is an error
 * that names it.
 * @param {string} file
 * @returns {Run[]}
 */
export function readTrend(file) {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
  }
  return text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [runOf(line, `${file}:${index + 1}`)]));
}

/** @param {string} line @param {string} place @returns {Run} */
function runOf(line, place) {
  let run;
  try {
    run = JSON.parse(line);
  } catch {}
  if (typeof run?.at !== 'string' || typeof run.ratios !== 'object' || run.ratios === null)
    throw new Refusal(`${place} is not a run of npm run bench: name another file, or remove that line.`, 2);
  return run;
}

/** @param {string} file @param {Run} run */
export function appendRun(file, run) {
  appendFileSync(file, `${JSON.stringify(run)}\n`);
}

/**
 * The ratios of the last runs, the newest on the right; `-` where a run did not measure that row.
 * @param {readonly Run[]} runs
 */
export function trendTable(runs) {
  const last = runs.slice(-shown);
  const names = [...new Set(last.flatMap(({ ratios }) => Object.keys(ratios)))];
  const lines = [
    ['ratio', ...last.map(({ at }) => at.slice(0, 16))],
    ...names.map((name) => [name, ...last.map(({ ratios }) => ratios[name]?.toFixed(2) ?? '-')]),
  ];
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n');
}
