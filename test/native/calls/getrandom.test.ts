import { expect, test } from 'vitest';
import { nativeScript } from '../../support/native-script.ts';
import { lyingLibc } from '../../support/shared-library.ts';

test('the kernel stores the bytes, also where the C library has a generator of its own', () => {
  // As glibc 2.41 on Linux 6.11 does it: made and stored by the process, which dies of what it may not write.
  using libc = lyingLibc({
    getrandom:
      'static ssize_t lie(void *to, size_t size, unsigned flags) { memset(to, flags + 7, size); return size; }',
  });
  const said = nativeScript<unknown>(
    `import { getrandom } from 'calls/bytes.ts';
     import { MAP, mmap, mprotect, PROT } from 'calls/mman.ts';
     import { pageSize } from 'libc/sysconf.ts';
     const page = mmap(null, pageSize(), PROT.READ, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0).returned;
     const refused = getrandom(page, 32);
     mprotect(page, pageSize(), PROT.READ | PROT.WRITE);
     console.log(JSON.stringify([refused, getrandom(page, 32)]));`,
    { prefix: ['env', `LD_PRELOAD=${libc.path}`] },
  );
  expect(said).toEqual([
    { returned: -1, errno: 'EFAULT' },
    { returned: 32, errno: null },
  ]);
});
