import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteLimit } from '../../protocol/byte-limit.ts';
import { surroundingsKindSchema } from '../../protocol/limits.ts';
import { type LockingFacts, type RoomFacts, wouldLock } from '../../protocol/would-lock.ts';

const kib = 1024;
const pageSize = 4 * kib;

type Facts = LockingFacts & RoomFacts;

/** An ordinary process: 64 KiB soft, 64 KiB hard, nothing locked, no capability, and all the memory in the world. */
function facts(changes: Partial<Facts> = {}): Facts {
  return {
    pageSize,
    memlock: { soft: 64 * kib, hard: 64 * kib },
    vmLckBytes: 0,
    capabilities: { effective: [], permitted: [], bounding: [] },
    ipcLock: { effective: false, permitted: false, bounding: false, counts: false },
    userNamespace: { initial: true, uidMap: [] },
    callFilter: { seccomp: 0, refused: [], untold: [] },
    surroundings: { kind: 'plain', evidence: [] },
    memory: { totalBytes: 2 ** 52, availableBytes: 2 ** 52, mlockedBytes: 0 },
    swap: { totalBytes: 0, usedBytes: 0, areas: [] },
    cgroup: null,
    ...changes,
  };
}

describe('the verdict on a lock', () => {
  it('shows the sum that breaks the limit', () => {
    const verdict = wouldLock(facts({ vmLckBytes: 60 * kib }), 8 * kib);
    expect(verdict).toMatchObject({ works: false, errno: 'ENOMEM', fix: 'limits-conf' });
    expect(verdict.why.en).toBe('VmLck 60 KiB + 8 KiB > 64 KiB (RLIMIT_MEMLOCK, soft)');
    expect(verdict.why.zh).toBe('VmLck 60 KiB + 8 KiB > 64 KiB（RLIMIT_MEMLOCK 软上限）');
    expect(verdict.change?.en).toContain('68 KiB');
  });

  it('counts whole pages on both sides', () => {
    expect(wouldLock(facts(), 64 * kib).works).toBe(true);
    expect(wouldLock(facts(), 64 * kib + 1).works).toBe(false);
    const odd = wouldLock(facts({ memlock: { soft: 65535, hard: 65535 } }), 61 * kib);
    expect(odd.works).toBe(false);
    expect(odd.why.en).toContain('65535 bytes, of which whole pages make 60 KiB');
  });

  it('is EPERM at limit 0, whatever the size', () => {
    const verdict = wouldLock(facts({ memlock: { soft: 0, hard: 0 } }), 1);
    expect(verdict).toMatchObject({ works: false, errno: 'EPERM' });
  });

  it('asks for a higher soft limit alone where the hard limit has room', () => {
    const verdict = wouldLock(facts({ memlock: { soft: 64 * kib, hard: 'unlimited' } }), 100 * kib);
    expect(verdict.fix).toBe('ulimit');
    expect(verdict.change?.en).toContain('ulimit -S -l 100');
  });

  it('sends each setup to its own fix for the hard limit', () => {
    const fixes = surroundingsKindSchema.options.map((kind) => {
      const { fix } = wouldLock(facts({ surroundings: { kind, evidence: [] } }), 1024 * kib);
      return [kind, fix];
    });
    expect(Object.fromEntries(fixes)).toEqual({
      docker: 'docker',
      podman: 'podman',
      kubernetes: 'kubernetes',
      lxc: 'lxc',
      'systemd-nspawn': 'systemd-nspawn',
      container: 'oci',
      'systemd-service': 'systemd-service',
      'user-service': 'user-service',
      'desktop-session': 'desktop-session',
      'login-session': 'limits-conf',
      plain: 'limits-conf',
    });
  });

  it('heeds CAP_IPC_LOCK only where the kernel does', () => {
    const held = { effective: true, permitted: true, bounding: true };
    expect(wouldLock(facts({ ipcLock: { ...held, counts: true } }), 2 ** 40).works).toBe(true);
    const inside = facts({ ipcLock: { ...held, counts: false }, userNamespace: { initial: false, uidMap: [] } });
    expect(wouldLock(inside, 1024 * kib)).toMatchObject({ works: false, errno: 'ENOMEM', fix: 'limits-conf' });
    expect(wouldLock(inside, 1024 * kib).why.en).toContain('user namespace');
  });

  it('uses a capability that is held but not effective, and CAP_SYS_RESOURCE, before asking for outside help', () => {
    const permitted = { effective: false, permitted: true, bounding: true, counts: false };
    expect(wouldLock(facts({ ipcLock: permitted }), 1024 * kib).fix).toBe('setcap');
    const capabilities = { effective: ['CAP_SYS_RESOURCE'], permitted: ['CAP_SYS_RESOURCE'], bounding: [] };
    expect(wouldLock(facts({ capabilities }), 1024 * kib).fix).toBe('ulimit');
  });

  it('asks for outside help where the capabilities are those of a user namespace', () => {
    const userNamespace = { initial: false, uidMap: [{ inside: 0, outside: 1000, count: 1 }] };
    const capabilities = { effective: ['CAP_SYS_RESOURCE'], permitted: ['CAP_SYS_RESOURCE'], bounding: [] };
    const permitted = { effective: false, permitted: true, bounding: true, counts: false };
    const unknown = { initial: 'unknown' as const, uidMap: [] };
    for (const held of [{ capabilities }, { ipcLock: permitted }]) {
      expect(wouldLock(facts({ ...held, userNamespace }), 1024 * kib).fix).toBe('limits-conf');
      expect(wouldLock(facts({ ...held, userNamespace: unknown }), 1024 * kib).fix).not.toBe('limits-conf');
    }
    const nothing = facts({ memlock: { soft: 0, hard: 0 }, userNamespace, capabilities });
    expect(wouldLock(nothing, 1)).toMatchObject({ works: false, errno: 'EPERM', fix: 'limits-conf' });
  });
});

describe('a lock that no limit stops', () => {
  const unlimited = { memlock: { soft: 'unlimited', hard: 'unlimited' } } as const;
  const mib = 1024 * kib;
  const group = {
    version: 2,
    path: '/box',
    maxBytes: 300 * mib,
    currentBytes: 100 * mib,
    swapMaxBytes: 0,
    availableBytes: 220 * mib,
    unevictableBytes: 0,
  } as const;
  const memory = { totalBytes: 1000 * mib, availableBytes: 600 * mib, mlockedBytes: 50 * mib };
  const swap = { totalBytes: 500 * mib, usedBytes: 100 * mib, areas: [] };

  it('does not work where a filter forbids mlock, at any limit and with the capability', () => {
    const callFilter = { seccomp: 2, refused: [{ call: 'mlock', errno: 'EPERM' }], untold: [] };
    for (const memlock of [0, 64 * kib, 'unlimited'] as const) {
      for (const counts of [false, true]) {
        const ipcLock = { effective: counts, permitted: counts, bounding: counts, counts };
        const verdict = wouldLock(facts({ callFilter, memlock: { soft: memlock, hard: memlock }, ipcLock }), 1);
        expect(verdict).toMatchObject({ works: false, errno: 'EPERM', fix: 'call-filter' });
        expect(verdict.why.en).toMatch(/filter forbids the call \(Seccomp: 2/);
        expect(verdict.change?.en).not.toMatch(/raise/i);
      }
    }
  });

  it.each([
    [
      'what its control group has left',
      { cgroup: group },
      220,
      'control-group',
      /220 MiB that the control group \/box/,
    ],
    [
      'that and its swap',
      { cgroup: { ...group, swapMaxBytes: 'unlimited' as const }, swap },
      300,
      'control-group',
      /300/,
    ],
    [
      'what of it is not locked',
      { cgroup: { ...group, availableBytes: 300 * mib, unevictableBytes: 290 * mib } },
      10,
      'control-group',
      /10 MiB/,
    ],
    [
      'version 1’s limit',
      { cgroup: { ...group, version: 1 as const } },
      220,
      'control-group',
      /memory\.limit_in_bytes/,
    ],
    ['what the machine has available', { memory }, 600, 'memory', /600 MiB/],
    ['that and free swap, but no more than all memory that is not locked', { memory, swap }, 950, 'memory', /950 MiB/],
  ])('works up to %s, and beyond gets the process killed', (_, room, most, outOf, why) => {
    const here = facts({ ...unlimited, ...room });
    expect(wouldLock(here, most * mib).works).toBe(true);
    const beyond = wouldLock(here, most * mib + 1);
    expect(beyond).toMatchObject({ works: false, errno: null, outOf });
    expect(beyond.why.en).toMatch(why);
    expect(beyond.why.zh).toContain('OOM killer');
  });

  it('is not judged by memory that could not be read', () => {
    const nothing = { totalBytes: 0, availableBytes: 0, mlockedBytes: 0 };
    expect(wouldLock(facts({ ...unlimited, memory: nothing }), mib).works).toBe(true);
  });
});

describe('for any process and size', () => {
  const limit: fc.Arbitrary<ByteLimit> = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 40 }),
    fc.constant('unlimited' as const),
  );
  const process = fc
    .record({ soft: limit, hard: limit, lockedPages: fc.integer({ min: 0, max: 2 ** 20 }), counts: fc.boolean() })
    .filter(({ soft, hard }) => hard === 'unlimited' || (soft !== 'unlimited' && soft <= hard))
    .map(({ soft, hard, lockedPages, counts }) =>
      facts({
        memlock: { soft, hard },
        vmLckBytes: lockedPages * pageSize,
        ipcLock: { effective: counts, permitted: counts, bounding: counts, counts },
      }),
    );
  const size = fc.integer({ min: 1, max: 2 ** 40 });

  it('works exactly when the kernel’s rule says so', () => {
    fc.assert(
      fc.property(process, size, (facts, bytes) => {
        const { soft } = facts.memlock;
        // mm/mlock.c: can_do_mlock(), then pages against the limit shifted right.
        const rule =
          facts.ipcLock.counts ||
          soft === 'unlimited' ||
          (soft !== 0 && Math.ceil(bytes / pageSize) + facts.vmLckBytes / pageSize <= Math.floor(soft / pageSize));
        expect(wouldLock(facts, bytes).works).toBe(rule);
      }),
    );
  });

  it('what can be locked, less can be locked too', () => {
    fc.assert(
      fc.property(process, size, size, (facts, a, b) => {
        if (wouldLock(facts, Math.max(a, b)).works) expect(wouldLock(facts, Math.min(a, b)).works).toBe(true);
      }),
    );
  });

  it('a refusal has an errno, a change and a fix; a success has none', () => {
    fc.assert(
      fc.property(process, size, (facts, bytes) => {
        const { works, errno, change, fix } = wouldLock(facts, bytes);
        expect([errno === null, change === undefined, fix === undefined]).toEqual([works, works, works]);
      }),
    );
  });

  it('the soft limit that it asks for is enough, and a page less is not', () => {
    fc.assert(
      fc.property(process, size, (facts, bytes) => {
        const { fix, change } = wouldLock(facts, bytes);
        if (fix !== 'ulimit') return;
        const soft = Number(/ulimit -S -l (\d+)/.exec(change?.en ?? '')?.[1]) * kib;
        const withSoft = (limit: number) => wouldLock({ ...facts, memlock: { ...facts.memlock, soft: limit } }, bytes);
        expect(withSoft(soft).works).toBe(true);
        expect(withSoft(soft - pageSize).works).toBe(false);
      }),
    );
  });
});
