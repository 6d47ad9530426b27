import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { CpuBudget } from '../../../lab/attach/cpu-budget.ts';
import { threadCpuNs } from '../../../native/calls/thread-cpu.ts';

function spend(ns: number): void {
  for (const began = threadCpuNs(); threadCpuNs() - began < ns; );
}

it('is used up by CPU time of whatever kind, and comes back with the time that passes', async () => {
  const budget = new CpuBudget(0.5, 20e6);
  expect(budget.isLeft).toBe(true);
  // Twice what was saved, and what is earned meanwhile on a machine that does nothing else.
  const began = performance.now();
  spend(60e6);
  const wentMs = performance.now() - began;
  if (wentMs < 70) expect(budget.isLeft).toBe(false);
  while (!budget.isLeft) await setTimeout(5);
  expect(performance.now() - began).toBeGreaterThanOrEqual(60);
});
