import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from 'vitest';
import { whyNoZeroPage } from '../../../lab/experiment-kit/shared-steps.ts';
import { experimentIds, findExperiment } from '../../../lab/experiments/catalogue.ts';
import { forkIsolated } from '../../../lab/isolation/fork-isolated.ts';
import { byHand, IsolatedHand } from '../../support/another-hand.ts';
import { byTheClock } from '../../support/by-the-clock.ts';
import { hasCompiler, skipWithoutCompiler } from '../../support/compile.ts';
import { entryOf } from '../../support/entries.ts';
import { never, TestLab } from '../../support/harness.ts';
import { LyingLibc } from '../../support/lying-libc.ts';
import { stepUntil } from '../../support/step-until.ts';
import { type Break, breaks } from './breaks.ts';

const entry = entryOf('isolated-entry');
const standIns = fileURLToPath(new URL('../../support', import.meta.url));

/** So that gcore, or who stands in for it, does not find the process too large. */
const small = ['--disable-wasm-trap-handler', '--wasm-max-mem-pages=1024'];

let library: LyingLibc | undefined;
beforeAll(() => {
  if (hasCompiler()) library = new LyingLibc();
});
afterAll(() => library?.[Symbol.dispose]());

/** A process of its own whose C library tells these lies. */
function forkLiedTo(lies: string, hand: IsolatedHand) {
  const PATH = [standIns, dirname(process.execPath), process.env.PATH].join(delimiter);
  const environment = { ...library?.environment(lies), ...hand.environment, PATH };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  try {
    return forkIsolated(entry, small);
  } finally {
    vi.unstubAllEnvs();
  }
}

async function run({ experiment, parameters, lies, actions }: Break) {
  using hand = new IsolatedHand();
  await using lab = new TestLab(lies === undefined ? undefined : () => forkLiedTo(lies, hand));
  const placement = lies === undefined ? {} : { placement: 'isolated' as const };
  const { session } = await lab.start({ experiment, parameters, paused: true, ...placement });
  for (const [before, region, ...operations] of actions) {
    await stepUntil(lab, session, before);
    const address = lab.reader.of('region').find((told) => told.region.id === region)?.region.address ?? '';
    for (const operation of operations) {
      if (lies === undefined) byHand(address, operation);
      else await hand.do(address, operation);
    }
  }
  await lab.service.control({ session, action: 'resume' }, never);
  await lab.reader.state('completed');
  return (await lab.service.report({ session, language: 'en' }, never)).claims;
}

/** Experiments some of whose claims are about times. */
const toldByTheClock = new Set(['growth-factor', 'pool', 'runaway-pool', 'thread-cache']);

const nameOf = ({ lies, actions, failed }: Break) =>
  `${[...(lies ? [lies] : []), ...actions.map(([before]) => before.source)].join(', ')}: ${failed.join(', ')}`;

/** Claims that are skipped where a read maps no shared zero page. */
const ofZeroPages = ['later-writes', 'read-zero-pages', 'zero-pages'];

describe.each(experimentIds)('claims of %s fail when their premise is broken', (id) => {
  const own = breaks.filter(({ experiment }) => experiment === id);
  const holds = async ([, each]: readonly [string, Break], context: TestContext) => {
    if (each.lies !== undefined) skipWithoutCompiler(context);
    each.needs?.(context);
    const unstated = new Set(whyNoZeroPage() ? ofZeroPages : []);
    const expected = each.failed.filter((claim) => !unstated.has(claim));
    if (expected.length === 0) context.skip(whyNoZeroPage()?.en);
    const claims = await run(each);
    const those = (status: string) => claims.filter((claim) => claim.status === status).map((claim) => claim.id);
    const excused = (each.unlessSkipped ?? []).filter((claim) => those('skipped').includes(claim));
    expect(those('failed').toSorted()).toEqual(expected.filter((claim) => !excused.includes(claim)).toSorted());
    expect(those('skipped')).toEqual(expect.arrayContaining([...(each.skipped ?? [])]));
    expect(claims.filter(({ status, reason }) => status === 'skipped' && !reason)).toEqual([]);
  };
  const named = own.map((each) => [nameOf(each), each] as const);
  it.for(named)('%s', toldByTheClock.has(id) ? byTheClock : { timeout: 60_000 }, holds);

  it('and there is none that nothing breaks', async () => {
    const stated = (await findExperiment(id)).descriptor().claims;
    const broken = new Set(own.flatMap(({ failed }) => failed));
    expect(stated.map((claim) => claim.id).filter((claim) => !broken.has(claim))).toEqual([]);
  });
});
