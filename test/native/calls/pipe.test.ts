import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { copyOut, getrandom } from '../../../native/calls/bytes.ts';
import { ftruncate, memfdSecret } from '../../../native/calls/memfd.ts';
import { MAP, mmap, munmap, PROT } from '../../../native/calls/mman.ts';
import { readThroughPipe } from '../../../native/calls/pipe.ts';
import { touchRead } from '../../../native/calls/touch.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { map } from '../../support/native-memory.ts';

test('bytes come through a pipe as a copy has them, and no descriptor is left', () => {
  const address = map(1);
  getrandom(address, 32);
  const descriptors = readdirSync('/proc/self/fd').length;
  const [read, copied] = [new Uint8Array(4096), new Uint8Array(4096)];
  expect(readThroughPipe(address, 4096, read)).toEqual({ returned: 4096, errno: null });
  copyOut(address, 4096, copied);
  expect(read).toEqual(copied);
  expect(readdirSync('/proc/self/fd')).toHaveLength(descriptors);
  munmap(address, pageSize());
});

test('what is not mapped answers EFAULT, and more than a pipe surely holds throws', () => {
  const address = map(1);
  munmap(address, pageSize());
  expect(readThroughPipe(address, 32, new Uint8Array(32))).toEqual({ returned: -1, errno: 'EFAULT' });
  expect(() => readThroughPipe(address, 4097, new Uint8Array(4097))).toThrow(/at most 4096/);
  expect(() => readThroughPipe(address, 32, new Uint8Array(31))).toThrow(/into must hold 32 bytes/);
});

test('memfd_secret can be written to a pipe by its owner, though process_vm_readv answers EFAULT', (context) => {
  const fd = memfdSecret();
  if (fd.errno !== null) return context.skip(`memfd_secret answers ${fd.errno} here`);
  ftruncate(fd.returned, pageSize());
  const mapped = mmap(null, pageSize(), PROT.READ | PROT.WRITE, MAP.SHARED, fd.returned, 0);
  if (mapped.errno !== null) return context.skip(`mmap of memfd_secret answers ${mapped.errno} here`);
  getrandom(mapped.returned, 32);
  const read = new Uint8Array(64);
  expect(readThroughPipe(mapped.returned, 32, read).returned).toBe(32);
  expect(read.some((byte) => byte !== 0)).toBe(true);
  expect(touchRead(mapped.returned, Uint32Array.of(0)).errno).toBe('EFAULT');
  munmap(mapped.returned, pageSize());
});
