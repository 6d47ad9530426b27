/** The figures that the experiments on speculative allocation are to keep, each against what it may take at most. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Samples } from '../../lab/base/percentiles.ts';
import type { Report } from '../../protocol/report.ts';
import { type Row, row } from '../support/bench/row.ts';

const command = fileURLToPath(new URL('../../bin/pagescope.mjs', import.meta.url));

function measurementsOf(experiment: string): Report['measurements'] {
  const words = [command, 'run', experiment, '--json'];
  const printed = execFileSync(process.execPath, words, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return (JSON.parse(printed) as Report).measurements;
}

const samples = 1_000_000;

function recordNs(): number {
  const times = new Samples(samples);
  const began = process.hrtime.bigint();
  for (let each = 0; each < samples; each++) times.record(each);
  return Number(process.hrtime.bigint() - began) / samples;
}

export default function speculation(): Row[] {
  const { factor2ReallocNs = Number.NaN, exactReallocNs = Number.NaN } = measurementsOf('growth-factor');
  const { lookNs = Number.NaN } = measurementsOf('reserve-commit');
  recordNs();
  return [
    row('1 000 000 pushes, factor 2, against 1 s', 'ns', 1, factor2ReallocNs, 1e9),
    row('1 000 000 pushes, growing exactly, against 5 s', 'ns', 1, exactReallocNs, 5e9),
    row('a look at 16 777 216 reserved pages, 2048 of them there, against 5 ms', 'ns', 1, lookNs, 5e6),
    row('a time kept, against 100 ns', 'ns', 1, recordNs(), 100),
  ];
}
