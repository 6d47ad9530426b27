import { describe, expect, it } from 'vitest';
import { Clock } from '../../../lab/base/clock.ts';
import { Meter } from '../../../lab/operations/meter.ts';
import { mlock, munlock } from '../../../native/calls/mlock.ts';
import { munmap } from '../../../native/calls/mman.ts';
import { touchRead } from '../../../native/calls/touch.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { ColdFile } from '../../support/cold-file.ts';
import { map, pageNumbers } from '../../support/native-memory.ts';

describe('what the calls of a step cost together', () => {
  it('has each fault that waited for a disk, of calls that it measures and of those that measured themselves', (test) => {
    using file = new ColdFile(12);
    test.skip(!file.isCold, 'the files of this folder are kept in memory');
    const meter = new Meter(new Clock());
    meter.add(touchRead(file.address, pageNumbers(0, 3)));
    meter.add(touchRead(file.address, pageNumbers(3, 4)));
    expect(meter.reading).toMatchObject({ majorFaults: 7, minorFaults: 0 });
    meter.measure(() => touchRead(file.address, pageNumbers(7, 5)));
    expect(meter.reading.majorFaults).toBe(12);
    meter.add(touchRead(file.address, pageNumbers(0, 12)));
    expect(meter.reading).toMatchObject({ majorFaults: 12 });
    expect(meter.reading.durationNs).toBeGreaterThan(0);
  });

  it('has what VmLck grew by, over all calls', () => {
    const size = pageSize();
    const address = map(4);
    const meter = new Meter(new Clock());
    for (let page = 0; page < 3; page++) meter.weigh(() => mlock(address + BigInt(page * size), size));
    expect(meter.reading.vmLckGrowthBytes).toBe(3 * size);
    meter.weigh(() => munlock(address, size));
    expect(meter.reading.vmLckGrowthBytes).toBe(2 * size);
    munmap(address, 4 * size);
  });
});
