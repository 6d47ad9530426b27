import { expect, test } from 'vitest';
import { lockSentence } from '../../../lab/limits/lock-sentence.ts';
import type { LockCause, LockMeasurements, RefusedLock } from '../../../native/probes/diagnose-lock.ts';

/** A process with 60 KiB of 64 KiB locked that asked for 8 KiB more. */
const measured: LockMeasurements = {
  vmLckBytes: 60 * 1024,
  vmSizeBytes: 3 * 2 ** 30,
  reservedBytes: 0,
  memTotalBytes: 8 * 2 ** 30,
  addedBytes: 8 * 1024,
  limit: 65536n,
  privileged: false,
  onlyInNamespace: false,
  holes: [],
  inaccessible: null,
  mappings: 120,
  maxMappings: 65530,
  filter: false,
};

function said(cause: LockCause, some: Partial<LockMeasurements> = {}, call: RefusedLock['call'] = 'mlock') {
  return lockSentence(cause, call, { ...measured, ...some });
}

test('the limit is named with VmLck and what would come to it', () => {
  expect(said('limit').en).toMatch(/^VmLck 60 KiB \+ 8 KiB > 64 KiB: .* CAP_IPC_LOCK is missing\.$/);
  expect(said('limit').zh).toMatch(/^VmLck 60 KiB \+ 8 KiB > 64 KiB：.*。$/);
});

test('sizes are exact, so that two that differ never read alike', () => {
  expect(said('limit', { vmLckBytes: 0, limit: 65535n }).en).toMatch(/^VmLck 0 B \+ 8 KiB > 65535 B:/);
});

test('mlockall is told with VmSize, not VmLck', () => {
  expect(said('limit', {}, 'mlockall').en).toMatch(/^VmSize 3 GiB > 64 KiB: MCL_CURRENT /);
  expect(said('limit', {}, 'mlockall').zh).toMatch(/^VmSize 3 GiB > 64 KiB：MCL_CURRENT /);
});

test('of an address space that is mostly reserved the share is told, and no number is advised that no machine has', () => {
  const electron = { vmSizeBytes: 1430 * 2 ** 30, reservedBytes: 1428 * 2 ** 30 };
  const { en, zh } = said('limit', electron, 'mlockall');
  expect(en).toMatch(
    /99% of it is only reserved .* PartitionAlloc\. .* no number but unlimited \(infinity in systemd\)/,
  );
  expect(zh).toMatch(/其中 99% .* PartitionAlloc 保留。.*unlimited（systemd 中为 infinity）/);
  expect(said('limit', {}, 'mlockall').en).not.toMatch(/reserved|infinity/);
  expect(said('limit', electron).en).not.toMatch(/reserved|infinity/);
});

test('a capability that does not count is told from one that is missing', () => {
  expect(said('no-permission', { limit: 0n }).en).toContain('CAP_IPC_LOCK is missing');
  expect(said('no-permission', { limit: 0n, onlyInNamespace: true }).en).toContain('inside a user namespace');
  expect(said('no-permission', { limit: 0n, onlyInNamespace: true }).zh).toContain('用户命名空间');
});

test('at most three holes are named, and the rest counted', () => {
  const holes = [1n, 3n, 5n, 7n, 9n].map((page) => ({ start: page * 4096n, end: (page + 1n) * 4096n }));
  expect(said('hole', { holes }).en).toContain(
    '0x1000 to 0x2000, 0x3000 to 0x4000, 0x5000 to 0x6000 and in 2 more places',
  );
  expect(said('hole', { holes }).zh).toContain('0x1000 至 0x2000、0x3000 至 0x4000、0x5000 至 0x6000，另有 2 处');
  expect(said('hole', { holes: holes.slice(0, 1) }).en).not.toContain('more places');
});

test('the page that cannot be brought in is named, and so is the count of mappings', () => {
  expect(said('inaccessible', { inaccessible: 0x7000n }).en).toContain('0x7000');
  expect(said('too-many-mappings', { mappings: 65530 }).en).toContain('65530 mappings of 65530 (vm.max_map_count)');
});

test('where nothing explains it, every number is told; no limit is told as such', () => {
  expect(said('unknown', { limit: 'unlimited' }).en).toContain('VmLck is 60 KiB of unlimited');
  expect(said('unknown', { limit: 'unlimited' }).zh).toContain('（上限：无限制）');
});

test.each<[LockCause, Partial<LockMeasurements>, RegExp, RegExp]>([
  [
    'limit',
    {},
    /: over the soft limit RLIMIT_MEMLOCK, and CAP_IPC_LOCK is missing\.$/,
    /锁定量会超过软上限 RLIMIT_MEMLOCK，且没有 CAP_IPC_LOCK。$/,
  ],
  [
    'limit',
    { onlyInNamespace: true },
    /only inside a user namespace, where it does not count\.$/,
    /只在用户命名空间内持有，不起作用。$/,
  ],
  ['no-permission', { limit: 0n }, /RLIMIT_MEMLOCK is 0.*nothing may be locked/, /RLIMIT_MEMLOCK 为 0.*完全不允许锁定/],
  [
    'hole',
    { holes: [{ start: 4096n, end: 8192n }] },
    /^Nothing is mapped.*first hole is locked/,
    /没有映射；.*之前的部分仍已锁定/,
  ],
  [
    'inaccessible',
    {},
    /can't be brought in.*forbids every access.*past the end/,
    /无法调入.*禁止任何访问.*超出了文件末尾/,
  ],
  [
    'too-many-mappings',
    {},
    /120 mappings of 65530.*locking part of one would split it/,
    /已有 120 个映射，上限为 65530.*锁定其中一部分会将其拆分/,
  ],
  ['arguments', {}, /neither the limit nor the memory is the reason/, /不接受这些参数；原因不在上限，也不在内存/],
  [
    'unknown',
    {},
    /VmLck is 60 KiB of 64 KiB, the range has no hole, and there are 120 of 65530 mappings/,
    /VmLck 为 60 KiB（上限：64 KiB），范围没有空洞，映射数为 120，上限 65530/,
  ],
])('%s says the same in both languages', (cause, some, en, zh) => {
  expect(said(cause, some)).toEqual({ en: expect.stringMatching(en), zh: expect.stringMatching(zh) });
});
