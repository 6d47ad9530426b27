/**
 * What `npm run soak` runs: in one engine, round after round, every experiment, a walk in an inline workbench, and
 * beside them a walk in an isolated one and an attach, whose forks and load are what a long-lived host has. Shows what
 * is held after each round, and at the end what grew and which claims failed: then its exit status is 1.
 */
import { childrenOf } from '../../lab/isolation/child-processes.ts';
import { Claims } from './claims.ts';
import { type Held, heldNow, mayGrow } from './held.ts';
import { LongLivedLab } from './long-lived-lab.ts';
import { fewestRounds, grows, median, trendOf, warmUpRounds } from './trend.ts';

const minutes = Number(process.argv[2] ?? 2);
const columns = Object.keys(mayGrow) as (keyof Held)[];
const shown = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(1));
const line = (cells: readonly string[]) => console.log(cells.map((cell) => cell.padStart(11)).join(' '));

const rounds: Held[] = [];
const claims = new Claims();
const problems: string[] = [];

/** These take seconds each: one of them a round, in turn. */
const slow = ['secret-page', 'pool', 'thread-cache', 'growth-factor', 'runaway-pool'];

async function round(lab: LongLivedLab, experiments: readonly string[]): Promise<number[]> {
  const beside = (async () => {
    await lab.walk('isolated');
    await lab.attach();
  })();
  const run = async () => {
    const now = slow[rounds.length % slow.length];
    for (const experiment of experiments) {
      if (slow.includes(experiment) && experiment !== now) continue;
      for (const claim of await lab.run(experiment)) claims.add(experiment, claim);
    }
    return await lab.walk('inline');
  };
  const [took] = await Promise.all([run(), beside]);
  return took;
}

const endsMs = performance.now() + minutes * 60_000;
await using lab = new LongLivedLab();
const experiments = await lab.experiments();
line(['round', ...columns]);
while (performance.now() < endsMs || rounds.length === 0) {
  const before = process.cpuUsage();
  try {
    const took = await round(lab, experiments);
    const { user, system } = process.cpuUsage(before);
    await lab.settle(() => childrenOf(process.pid).length);
    rounds.push(heldNow((user + system) / 1000, median(took)));
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    break;
  }
  const held = rounds.at(-1);
  if (held) line([String(rounds.length), ...columns.map((column) => shown(held[column]))]);
}

const counted = rounds.slice(warmUpRounds);
const trends = columns.map((column) => ({ column, ...trendOf(counted.map((held) => held[column])) }));
line(['slope', ...trends.map(({ slope }) => shown(Number(slope.toFixed(2))))]);
if (counted.length < fewestRounds) {
  console.log(
    `After ${warmUpRounds} rounds to warm up, ${counted.length} were counted: too few to tell whether anything grows.`,
  );
} else {
  for (const trend of trends) {
    if (grows(trend, mayGrow[trend.column])) problems.push(`${trend.column} grew by ${shown(trend.growth)}`);
  }
}
console.log(`${experiments.length} experiments, ${claims.count} claims, ${rounds.length} rounds`);
for (const each of claims.failedByClock) console.log(`by the clock: ${each}`);
for (const each of claims.cameAndWent) console.log(`came and went: ${each}`);
for (const each of [...claims.failed, ...problems]) console.log(`FAILED: ${each}`);
process.exitCode = claims.failed.length + problems.length > 0 ? 1 : 0;
