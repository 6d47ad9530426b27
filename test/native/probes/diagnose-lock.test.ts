import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync } from 'node:fs';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { dropCapabilities } from '../../../native/calls/capabilities.ts';
import { memfdCreate } from '../../../native/calls/memfd.ts';
import { MCL, mlock, mlock2, mlockall, munlock } from '../../../native/calls/mlock.ts';
import { MAP, mmap, munmap, PROT } from '../../../native/calls/mman.ts';
import { getrlimit, RLIMIT, setrlimit } from '../../../native/calls/resource.ts';
import type { ErrnoName } from '../../../native/libc/errno.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { diagnoseLock, type LockDiagnosis, type RefusedLock } from '../../../native/probes/diagnose-lock.ts';
import { map } from '../../support/native-memory.ts';
import { nativeScript } from '../../support/native-script.ts';

const KIB = 1024;
const size = pageSize();

// The tests of a file have a process of their own; nobody needs the capability back.
beforeAll(() => {
  expect(dropCapabilities('CAP_IPC_LOCK').errno).toBeNull();
});

function diagnosis(refused: RefusedLock): LockDiagnosis {
  const found = diagnoseLock(refused);
  if (!found) throw new Error('nothing could be measured');
  return found;
}

/** The errno of a call that must be refused. */
function refusal(result: { readonly errno: ErrnoName | null }): ErrnoName {
  if (result.errno === null) throw new Error('the call was not refused');
  return result.errno;
}

function withSoftLimit<T>(soft: bigint, use: () => T): T {
  const before = getrlimit(RLIMIT.MEMLOCK);
  if (before.errno !== null) throw new Error(before.errno);
  expect(setrlimit(RLIMIT.MEMLOCK, { soft, hard: before.hard }).errno).toBeNull();
  try {
    return use();
  } finally {
    setrlimit(RLIMIT.MEMLOCK, before);
  }
}

describe('the limit', () => {
  test('is named with VmLck, what would come to it, and what it is', () => {
    const address = map(32);
    const { cause, measured } = withSoftLimit(64n * 1024n, () => {
      mlock(address, 60 * KIB);
      const errno = refusal(mlock(address + BigInt(60 * KIB), 8 * KIB));
      return diagnosis({ call: 'mlock', address: address + BigInt(60 * KIB), length: 8 * KIB, errno });
    });
    munmap(address, 32 * size);
    expect(cause).toBe('limit');
    expect(measured).toMatchObject({ vmLckBytes: 60 * KIB, addedBytes: 8 * KIB, limit: 65536n, privileged: false });
  });

  test('is not charged with what is locked already', () => {
    const address = map(32);
    const { measured, cause } = withSoftLimit(64n * 1024n, () => {
      mlock(address, 32 * KIB);
      const errno = refusal(mlock2(address, 68 * KIB, 0));
      return diagnosis({ call: 'mlock2', address, length: 68 * KIB, errno });
    });
    munmap(address, 32 * size);
    expect({ cause, added: measured.addedBytes }).toEqual({ cause: 'limit', added: 36 * KIB });
  });

  test('of 0 is a permission', () => {
    const address = map(1);
    const { cause } = withSoftLimit(0n, () =>
      diagnosis({ call: 'mlock', address, length: 1, errno: refusal(mlock(address, 1)) }),
    );
    munmap(address, size);
    expect(cause).toBe('no-permission');
  });

  test('of a mapping that would be locked at birth is told too', () => {
    const { cause, measured } = withSoftLimit(64n * 1024n, () => {
      const flags = MAP.PRIVATE | MAP.ANONYMOUS | MAP.LOCKED;
      const errno = refusal(mmap(null, 128 * KIB, PROT.READ, flags, -1, 0));
      return diagnosis({ call: 'mmap', length: 128 * KIB, errno });
    });
    expect(cause).toBe('limit');
    expect(measured).toMatchObject({ vmLckBytes: 0, addedBytes: 128 * KIB, limit: 65536n });
  });

  test('is compared by mlockall with the whole address space', () => {
    const { cause, measured } = withSoftLimit(64n * 1024n, () =>
      diagnosis({ call: 'mlockall', errno: refusal(mlockall(MCL.CURRENT)) }),
    );
    expect(cause).toBe('limit');
    expect(measured.vmSizeBytes).toBeGreaterThan(64 * KIB);
  });

  test('of mlockall is told with what is only reserved, as much as Electron reserves', (context) => {
    const length = 1428 * 2 ** 30;
    const reserved = mmap(null, length, PROT.NONE, MAP.PRIVATE | MAP.ANONYMOUS | MAP.NORESERVE, -1, 0);
    if (reserved.errno !== null) {
      context.skip(`this machine reserves no 1428 GiB: ${reserved.errno}`);
      return;
    }
    onTestFinished(() => void munmap(reserved.returned, length));
    const { measured } = withSoftLimit(64n * 1024n, () =>
      diagnosis({ call: 'mlockall', errno: refusal(mlockall(MCL.CURRENT)) }),
    );
    expect(measured.reservedBytes).toBeGreaterThanOrEqual(length);
    expect(measured.reservedBytes).toBeLessThanOrEqual(measured.vmSizeBytes);
  });
});

describe('the range', () => {
  test('with a hole: its addresses', () => {
    const address = map(8);
    munmap(address + BigInt(3 * size), 2 * size);
    const errno = refusal(mlock(address, 8 * size));
    const { cause, measured } = diagnosis({ call: 'mlock', address, length: 8 * size, errno });
    munmap(address, 8 * size);
    expect(cause).toBe('hole');
    const [hole] = measured.holes;
    expect(measured.holes).toHaveLength(1);
    expect(hole).toEqual({ start: address + BigInt(3 * size), end: address + BigInt(5 * size) });
  });

  test('with a page past the end of its file: that page', () => {
    const file = memfdCreate('pagescope-test');
    if (file.errno !== null) throw new Error(file.errno);
    ftruncateSync(file.returned, 2 * size);
    const mapped = mmap(null, 4 * size, PROT.READ | PROT.WRITE, MAP.SHARED, file.returned, 0);
    if (mapped.errno !== null) throw new Error(mapped.errno);
    const address = mapped.returned;
    const errno = refusal(mlock(address, 4 * size));
    const { cause, measured } = diagnosis({ call: 'mlock', address, length: 4 * size, errno });
    munlock(address, 4 * size);
    munmap(address, 4 * size);
    closeSync(file.returned);
    expect({ cause, page: measured.inaccessible }).toEqual({
      cause: 'inaccessible',
      page: address + BigInt(2 * size),
    });
  });

  test('of memory that nobody may access', () => {
    const address = map(2, PROT.NONE);
    const errno = refusal(mlock(address, 2 * size));
    const { cause, measured } = diagnosis({ call: 'mlock', address, length: 2 * size, errno });
    munmap(address, 2 * size);
    expect({ cause, page: measured.inaccessible }).toEqual({ cause: 'inaccessible', page: address });
  });
});

test('too many mappings: their number and the most there may be', () => {
  const native = new URL('../../../native/', import.meta.url).href;
  // In a process of its own: one without a mapping left can't grow its heap.
  const script = `
    const { mmap, mprotect, munmap, MAP, PROT } = await import('${native}calls/mman.ts');
    const { mlock } = await import('${native}calls/mlock.ts');
    const { diagnoseLock } = await import('${native}probes/diagnose-lock.ts');
    const { maxMapCount } = await import('${native}proc/vm-settings.ts');
    const { pageSize } = await import('${native}libc/sysconf.ts');
    const size = pageSize();
    const most = maxMapCount().returned;
    if (most > 300000) { console.log(JSON.stringify({ skip: most })); process.exit(); }
    const length = (2 * most + 16) * size;
    const { returned: a } = mmap(null, length, PROT.NONE, MAP.PRIVATE | MAP.ANONYMOUS | MAP.NORESERVE, -1, 0);
    const wide = mmap(null, 3 * size, PROT.READ, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0).returned;
    const refused = { call: 'mlock', address: wide + BigInt(size), length: size, errno: 'ENOMEM' };
    diagnoseLock(refused);
    let page = 0;
    while (mprotect(a + BigInt(page * size), size, PROT.READ).errno === null) page += 2;
    const { errno } = mlock(refused.address, size);
    const { cause, measured } = diagnoseLock(refused) ?? {};
    munmap(a, length);
    console.log(JSON.stringify({ errno, cause, mappings: measured?.mappings, max: measured?.maxMappings, most }));`;
  const options = { encoding: 'utf8', timeout: 60_000 } as const;
  const told = JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], options));
  if ('skip' in told) throw new Error(`vm.max_map_count is ${told.skip}: too many to make here.`);
  expect(told).toMatchObject({ errno: 'ENOMEM', cause: 'too-many-mappings', max: told.most });
  expect(told.most - told.mappings).toBeLessThanOrEqual(1);
});

describe('a refusal in other surroundings', () => {
  const refusedScript = (before: string) => `
    import { diagnoseLock } from 'probes/diagnose-lock.ts';
    import { mlock } from 'calls/mlock.ts';
    import { MAP, PROT, mmap } from 'calls/mman.ts';
    import { refuse } from 'support/sandbox.ts';
    const { returned: address } = mmap(null, 1 << 20, PROT.READ | PROT.WRITE, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
    ${before}
    const { errno } = mlock(address, 1 << 20);
    const { cause, measured } = diagnoseLock({ call: 'mlock', address, length: 1 << 20, errno });
    const { privileged, onlyInNamespace, addedBytes } = measured;
    console.log(JSON.stringify({ errno, cause, privileged, onlyInNamespace, addedBytes }));`;

  test('of a process whose CAP_IPC_LOCK is of a user namespace is the limit’s, and says so', (context) => {
    const prefix = ['prlimit', '--memlock=65536', 'unshare', '--user', '--map-root-user'];
    const [command = '', ...words] = prefix;
    const { status } = spawnSync(command, [...words, 'true']);
    if (status !== 0) context.skip('A user namespace can’t be made here.');
    expect(nativeScript(refusedScript(''), { prefix })).toEqual({
      errno: 'ENOMEM',
      cause: 'limit',
      privileged: false,
      onlyInNamespace: true,
      addedBytes: 1 << 20,
    });
  });

  test('of a sandbox, over no limit, is the filter’s', () => {
    const EPERM = 1;
    const told = nativeScript(refusedScript(`refuse({ call: 'mlock', errno: ${EPERM} });`));
    expect(told).toMatchObject({ errno: 'EPERM', cause: 'filter' });
  });
});

test('arguments that the call does not take are told from the three causes', () => {
  const address = map(1);
  const errno = refusal(mlock2(address, size, 64));
  expect(diagnosis({ call: 'mlock2', address, length: size, errno }).cause).toBe('arguments');
  munmap(address, size);
});

test('impossible arguments throw', () => {
  expect(() => diagnoseLock({ call: 'mmap', length: -1, errno: 'EAGAIN' })).toThrow(/^length must be/);
});
