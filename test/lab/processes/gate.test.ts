import { expect, it, onTestFinished } from 'vitest';
import { GateFiles } from '../../../lab/processes/gate.ts';
import { procStat } from '../../../native/proc/proc-stat.ts';
import { skipWithoutCompiler } from '../../support/compile.ts';
import { statusBytes, Target } from '../../support/target.ts';

function gateOf(pid: number): GateFiles {
  const gate = new GateFiles(pid);
  onTestFinished(() => gate[Symbol.dispose]());
  return gate;
}

it('says the same as stat and status, the same object while nothing moved, and another number when something did', async (context) => {
  skipWithoutCompiler(context);
  // The name has all that its place in stat could be mistaken by.
  const target = await Target.start(') Z 9 (9 9');
  const gate = gateOf(target.pid);
  const first = gate.ask();
  const stat = procStat(target.pid);
  if (stat.errno !== null) throw new Error('The target is there.');
  const { minorFaults, majorFaults } = stat;
  expect(first).toMatchObject({ minorFaults, majorFaults });
  expect(first?.status.rssBytes).toBe(statusBytes(target.pid, 'VmRSS'));
  expect(first?.status.vmLckBytes).toBe(statusBytes(target.pid, 'VmLck'));
  for (let time = 0; time < 20; time++) expect(gate.ask()).toBe(first);
  for (const order of ['t', 'd', 'm', 'u']) {
    const before = gate.ask()?.moves ?? 0;
    await target.order(order);
    expect(gate.ask()?.moves, order).toBeGreaterThan(before);
  }
  expect(gate.cost.times).toBe(29);
  expect(gate.cost.cpuNs).toBeGreaterThan(0);
});

it('says nothing of one that ended, whoever has its pid', async (context) => {
  skipWithoutCompiler(context);
  const target = await Target.start();
  const gate = gateOf(target.pid);
  expect(gate.ask()).toBeDefined();
  await target.end();
  expect(gate.ask()).toBeUndefined();
  expect(() => new GateFiles(target.pid)).toThrow(/ENOENT/);
});
