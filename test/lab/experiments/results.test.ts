import { describe, expect, it } from 'vitest';
import { experimentIds } from '../../../lab/experiments/catalogue.ts';
import type { Step } from '../../../protocol/events.ts';
import type { Result } from '../../../protocol/result.ts';
import { isolatingLab } from '../../support/locking.ts';

const namesIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');

/** The call of the step that measured a value, where one did; `a b` is either. */
const provedBy: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'first-touch': { slowest: 'process_vm_writev', before: 'mincore', after: 'mincore' },
  prefault: {
    touchLoop: 'process_vm_writev',
    mapPopulate: 'mmap',
    populateWrite: 'madvise',
    populateRead: 'madvise',
    mlock: 'mlock',
    left: 'process_vm_writev',
  },
  'huge-page': {
    huge: 'mincore',
    small: 'mincore',
    hugeFault: 'process_vm_writev',
    smallFault: 'process_vm_writev',
  },
  'file-cache': { normal: 'mincore', sequential: 'mincore', random: 'mincore', locked: 'mlock', survived: 'mincore' },
  reclaim: { cold: 'mincore', dontneed: 'mincore', free: 'mincore', pageout: 'mincore', file: 'mincore' },
  'lock-range': {
    pages: 'mincore',
    bytes: 'mincore',
    from: 'mincore',
    answer: 'mlock',
    before: 'mincore',
    inMemory: 'mincore',
  },
  'lock-on-fault': {
    now: 'mlock',
    residentNow: 'mincore',
    later: 'mlock2',
    residentLater: 'mincore',
    touch: 'process_vm_writev',
    bytes: 'mlock',
  },
  'lock-everything': {
    answer: 'mlockall',
    took: 'mlockall',
    lck: 'mincore',
    rss: 'mincore',
    lckAfter: 'munlockall',
    rssAfter: 'munlockall',
  },
  'lock-limit': { pages: 'mlock', errno: 'mlock', future: 'mmap' },
  fork: { shared: 'mincore', own: 'process_vm_writev', took: 'process_vm_writev', left: 'mincore', locked: 'mincore' },
  'secret-page': { unprotected: 'clone gcore', protected: 'clone gcore', secret: 'clone gcore', gcoreAll: 'gcore' },
  'growth-factor': {
    two: 'realloc',
    calls: 'realloc',
    reallocCopied: 'realloc',
    slack: 'realloc',
    exact: 'realloc',
    copied: 'malloc',
    copiedMore: 'malloc',
    slackLess: 'malloc',
  },
  pool: {
    took: 'madvise process_vm_writev',
    malloc: 'malloc',
    cold: 'memset',
    hot: 'memset',
    used: 'mincore',
    idle: 'mincore',
    hotOne: 'memset',
    mallocOne: 'malloc',
  },
  'thread-cache': { hoard: 'execve' },
  'reserve-commit': { reserve: 'mmap', committed: 'process_vm_writev', again: 'process_vm_readv', look: 'ioctl' },
  'free-keeps-rss': { heap: 'mincore', kept: 'mincore', trim: 'malloc_trim', left: 'mincore', back: 'free' },
  'runaway-pool': { kept: 'mincore', left: 'mincore', leftFree: 'mincore', lazy: 'mincore', top: 'mincore' },
};

/** Fewer than the defaults, of what takes long. */
const fewer: Readonly<Record<string, Record<string, number>>> = {
  pool: { requests: 1024, size: 32 },
  'thread-cache': { milliseconds: 10 },
};

/** The result that the window is told of, at the end of a run. */
async function resultOf(experiment: string): Promise<{ result: Result | undefined; steps: readonly Step[] }> {
  await using lab = isolatingLab();
  await lab.start({ experiment, parameters: fewer[experiment] ?? {} });
  await lab.reader.state('completed');
  const found = lab.reader.events.flatMap((event) => (event.kind === 'result' ? [event.result] : []));
  expect(found.length, 'results of one run').toBeLessThan(2);
  const steps = lab.reader.events.flatMap((event) => (event.kind === 'step' ? [event.step] : []));
  return { result: found[0], steps };
}

describe('every experiment', () => {
  it.each(experimentIds)('says what it found out, in both languages: %s', async (id) => {
    const { result, steps } = await resultOf(id);
    if (!result) throw new Error(`${id} has no result.`);
    const { text, values, figure, keyStep } = result;
    // Each number that was measured is in the sentence of both languages, and nothing else is asked for.
    expect(namesIn(text.zh).sort()).toEqual(namesIn(text.en).sort());
    expect([...new Set(namesIn(text.en))].sort()).toEqual(Object.keys(values).sort());
    for (const [name, { value }] of Object.entries(values)) {
      expect(typeof value !== 'number' || Number.isFinite(value), `${name} is ${value}`).toBe(true);
    }
    expect(text.zh).toMatch(/[\u4e00-\u9fff]/);
    expect(text.en).not.toMatch(/[\u4e00-\u9fff]/);
    expect(figure.title.zh).toMatch(/[\u4e00-\u9fff]/);
    expect(keyStep ?? 0).toBeGreaterThanOrEqual(0);
    const told = Object.entries(values).flatMap(([name, { step }]) => (step === undefined ? [] : [{ name, step }]));
    const calls = told.map(({ name, step }) => [name, steps.find(({ index }) => index === step)?.call]);
    for (const [name, call] of calls) expect(provedBy[id]?.[name ?? '']?.split(' '), `${name}`).toContain(call);
    // What could not be measured here has no step.
    for (const name of Object.keys(provedBy[id] ?? {})) {
      const { value, step } = values[name] ?? {};
      if (value !== null) expect(step, `the step of ${name}`).toBeDefined();
    }
  });
});
