/** A window that stops reading: a hidden tab, a stopped process, a network that stands still. */
import { expect, it } from 'vitest';
import { Budget } from '../../lab/service/budget.ts';
import { createService } from '../../lab/service/service.ts';
import { MADV, madvise } from '../../native/calls/mman.ts';
import { pageSize } from '../../native/libc/sysconf.ts';
import type { SessionEvent } from '../../protocol/events.ts';
import { decodeFrame } from '../../protocol/frame.ts';
import { maxUnacknowledged } from '../../protocol/frame-stream.ts';
import { PageStates } from '../../protocol/page-states.ts';
import { connect } from '../../protocol/rpc.ts';
import { contract, type Reader } from '../../protocol/service.ts';
import { webSocketWire } from '../../protocol/wires/web-socket.ts';
import { testBudgetBytes } from '../support/harness.ts';
import { Loopback } from '../support/running-server.ts';
import { until } from '../support/until.ts';

const pages = 16_384;
const frameBytes = pages + 1024;
/** How often what is in memory is another half of the pages. */
const changes = 30;

it('costs the host two frames and the newest snapshot, and shows the newest when it reads again', async () => {
  let [handedBytes, samples] = [0, 0];
  const counted = (reader: Reader): Reader => ({
    event: (event) => {
      if (event.kind === 'sample') samples++;
      reader.event(event);
    },
    frame: (bytes) => {
      handedBytes += bytes.byteLength;
      reader.frame(bytes);
    },
  });
  const host = { kind: 'browser', version: '0.0.0', budget: new Budget(testBudgetBytes) } as const;
  await using loopback = await Loopback.start((reader) => createService(host, counted(reader)));
  const socket = await loopback.socket();
  const states = new PageStates();
  let skipped = 0;
  let address = 0n;
  const client = connect(webSocketWire(socket), {
    event: (event: SessionEvent) => {
      if (event.kind === 'region') address = BigInt(event.region.address);
    },
    frame: (bytes) => {
      const frame = decodeFrame(bytes);
      states.apply(frame);
      skipped = frame.skipped;
      client.acknowledge({ session: frame.session, region: frame.region, sequence: frame.sequence });
    },
  });
  const { session } = await client.call('workbench', contract.workbench.request.parse({ sampleHz: 60 }));
  const protection = ['PROT_READ', 'PROT_WRITE'];
  const region = { backing: { kind: 'anonymous' }, size: { pages }, protection, hugePages: 'never' };
  await client.call('addRegion', contract.addRegion.request.parse({ session, region }));
  await until(() => expect(states.flags).toHaveLength(pages));

  socket.pause();
  const before = handedBytes;
  const size = pageSize();
  for (let change = 0; change < changes; change++) {
    // Short runs, so that a frame is as long as it gets.
    madvise(address, pages * size, MADV.DONTNEED);
    for (let page = change % 8; page < pages; page += 8) {
      madvise(address + BigInt(page * size), size, MADV.POPULATE_WRITE);
    }
    const seen = samples;
    await until(() => expect(samples).toBeGreaterThan(seen));
  }
  expect(handedBytes - before).toBeGreaterThan(0);
  expect(handedBytes - before).toBeLessThanOrEqual(maxUnacknowledged * frameBytes * 2);

  const last = (changes - 1) % 8;
  const stalled = handedBytes;
  socket.resume();
  await until(() => expect(states.flags.findIndex((byte, page) => byte !== (page % 8 === last ? 3 : 0))).toBe(-1));
  expect(skipped).toBeGreaterThan(0);
  // What had been overtaken does not come after all: one frame, and perhaps one more for the look that followed.
  expect(handedBytes - stalled).toBeLessThanOrEqual(2 * frameBytes);
});
