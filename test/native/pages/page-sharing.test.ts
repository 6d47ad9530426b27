import { expect, test } from 'vitest';
import { forkAndHold } from '../../../native/calls/fork.ts';
import { munmap } from '../../../native/calls/mman.ts';
import { touchWrite } from '../../../native/calls/touch.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { pageSharing } from '../../../native/pages/page-sharing.ts';
import { map, pageNumbers } from '../../support/native-memory.ts';

test('pages are exclusive until a fork, shared after it, and exclusive to both where one was written', () => {
  const address = map(6);
  touchWrite(address, pageNumbers(1, 4));
  const own = () => pageSharing('self', address, 6);
  expect(own()).toMatchObject({ errno: null, exclusive: [1, 2, 3, 4], shared: [] });
  const child = forkAndHold();
  if (child.errno !== null) throw new Error(`clone: ${child.errno}`);
  try {
    expect(own()).toMatchObject({ exclusive: [], shared: [1, 2, 3, 4] });
    touchWrite(address, pageNumbers(2, 1));
    expect(own()).toMatchObject({ exclusive: [2], shared: [1, 3, 4] });
    expect(pageSharing(child.pid, address, 6)).toMatchObject({ exclusive: [2], shared: [1, 3, 4] });
  } finally {
    child.release();
  }
  expect(own()).toMatchObject({ exclusive: [1, 2, 3, 4], shared: [] });
  expect(pageSharing(child.pid, address, 6)).toEqual({ returned: -1, errno: 'ENOENT' });
  munmap(address, 6 * pageSize());
});
