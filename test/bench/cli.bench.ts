/**
 * What the command costs against a Node that does nothing: `pagescope run first-touch --set pages=4 --json` and `node
 * -e 0`.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median, type Row, row } from '../support/bench/row.ts';

const rounds = 15;
const command = fileURLToPath(new URL('../../bin/pagescope.mjs', import.meta.url));

/** Time of day: a process that starts uses several threads, and its user waits for the last. */
function elapsedNs(words: string[]): number {
  const began = process.hrtime.bigint();
  execFileSync(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  return Number(process.hrtime.bigint() - began);
}

export default async function cli(): Promise<Row[]> {
  const run = () => elapsedNs([command, 'run', 'first-touch', '--set', 'pages=4', '--json']);
  const nothing = () => elapsedNs(['-e', '0']);
  run();
  nothing();
  const version = () => elapsedNs([command, '--version']);
  const [ours, versions, reference]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    reference.push(nothing());
    ours.push(run());
    versions.push(version());
  }
  return [
    row('pagescope run first-touch --set pages=4 --json against node -e 0', 'ns', 1.8, median(ours), median(reference)),
    row('pagescope --version against node -e 0', 'ns', 1.2, median(versions), median(reference)),
  ];
}
