import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BackingFile } from '../../../lab/regions/backing-file.ts';
import { temporaryFolders } from '../../../lab/regions/disk-folder.ts';
import type { Mapping } from '../../../lab/regions/mapping.ts';
import { MemoryFile } from '../../../lab/regions/memory-file.ts';
import { Region } from '../../../lab/regions/region.ts';
import { Budget } from '../../../lab/service/budget.ts';
import { createService } from '../../../lab/service/service.ts';
import { MAP, mmap, munmap, PROT } from '../../../native/calls/mman.ts';
import { getrlimit, RLIMIT, setrlimit } from '../../../native/calls/resource.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import type { Range } from '../../../protocol/operation.ts';
import { toProblem } from '../../../protocol/problem.ts';
import { connect, serve } from '../../../protocol/rpc.ts';
import type { Service } from '../../../protocol/service.ts';
import { memoryWires } from '../../../protocol/wires/memory.ts';
import { isMapped, TestReader, testBudgetBytes } from '../../support/harness.ts';

const pages = 311;
const page = pageSize();
const backingFile = new URL('../../../lab/regions/backing-file.ts', import.meta.url).href;

/** Whether anything is mapped at an address. */
function isMappedAt(address: bigint): boolean {
  const maps = readFileSync('/proc/self/maps', 'latin1').matchAll(/^([0-9a-f]+)-([0-9a-f]+) /gm);
  return [...maps].some(([, from, to]) => BigInt(`0x${from}`) <= address && address < BigInt(`0x${to}`));
}

/**
 * An engine at one end of a wire and a reader at the other; `released` resolves when the engine has been disposed of.
 */
function connected() {
  const [near, far] = memoryWires();
  const reader = new TestReader();
  const disposed = Promise.withResolvers<void>();
  const budget = new Budget(testBudgetBytes);
  serve(far, (toReader): Service => {
    const host = { kind: 'cli' as const, version: '0.0.0', can: { fileDialogs: false, menus: false }, budget };
    const service = createService(host, toReader);
    return { ...service, dispose: () => service.dispose().then(disposed.resolve, disposed.reject) };
  });
  const client = connect(near, reader);
  reader.acknowledge = (session, region, sequence) => client.acknowledge({ session, region, sequence });
  return { wire: near, client, reader, budget, released: disposed.promise };
}

/** What a region is asked for that the kernel refuses; the call, or that which should have made its descriptor. */
type Refusing = readonly [what: string, refuse: (file: BackingFile) => ReturnType<typeof Region.map>];

/** More than any address space. */
const tooMany = 2 ** 36;

const mapped = (mapping: Mapping) => Region.map(1, 'A', mapping, (call) => call());

/** Makes files no larger than a page for a moment. Node ignores SIGXFSZ. setrlimit(2) */
function withSmallFiles<T>(act: () => T): T {
  const before = getrlimit(RLIMIT.FSIZE);
  if (before.errno !== null) throw new Error(before.errno);
  setrlimit(RLIMIT.FSIZE, { soft: BigInt(page), hard: before.hard });
  try {
    return act();
  } finally {
    setrlimit(RLIMIT.FSIZE, before);
  }
}

describe('a refused map', () => {
  it.each<Refusing>([
    ['anonymous memory that is too large', () => mapped({ pages: tooMany })],
    ['a memfd that is too large', () => mapped({ pages: tooMany, memory: 'memfd' })],
    ['a memfd_secret that is too large', () => mapped({ pages: tooMany, memory: 'secret' })],
    ['a memfd that ftruncate refuses', () => withSmallFiles(() => mapped({ pages: 2, memory: 'memfd' }))],
    ['a file that may not be written', (file) => mapped({ pages: 1, file, protection: ['PROT_READ', 'PROT_WRITE'] })],
  ])('of %s leaves no descriptor, no fence and no mapping', (_what, refuse) => {
    using file = BackingFile.open('/proc/self/exe');
    refuse(file);
    const before = readdirSync('/proc/self/fd');
    const made = refuse(file);
    expect(made.region).toBeUndefined();
    expect(readdirSync('/proc/self/fd')).toEqual(before);
    const { hint = null } = 'call' in made ? made.call : {};
    if (hint !== null)
      expect([hint - BigInt(page), hint, hint + BigInt(page)].map(isMappedAt)).toEqual([false, false, false]);
  });

  it('of a FIFO waits for no writer', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pagescope-refused-'));
    try {
      const fifo = join(folder, 'fifo');
      execFileSync('mkfifo', [fifo]);
      // In a process of its own: a wait in open(2) could not be ended in this one.
      const code = `import { BackingFile } from ${JSON.stringify(backingFile)}; BackingFile.open(${JSON.stringify(fifo)});`;
      const ended = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
        encoding: 'utf8',
        timeout: 40_000,
      });
      expect([ended.signal, ended.stderr]).toEqual([null, expect.stringContaining('it is not a regular file')]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('of a file that cannot be opened, or is none, leaves no descriptor', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pagescope-refused-'));
    try {
      const paths = ['empty', 'folder', 'none'].map((name) => join(folder, name));
      const [empty = '', directory = ''] = paths;
      writeFileSync(empty, '');
      mkdirSync(directory);
      const before = readdirSync('/proc/self/fd');
      for (const path of [...paths, '/dev/zero']) expect(() => BackingFile.open(path)).toThrow(/cannot be mapped/);
      expect(readdirSync('/proc/self/fd')).toEqual(before);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('what a region maps', () => {
  it('is closed once: a descriptor that another file has by then stays open', async () => {
    const memory = MemoryFile.create('memfd', 'A', page);
    if ('errno' in memory) throw new Error(memory.errno);
    const { region } = mapped({ pages: 1, memory: 'memfd' });
    const { region: other } = mapped({ pages: 1, file: BackingFile.open('/proc/self/exe') });
    const numbers = [memory.fd, region?.fd, other?.fd];
    memory[Symbol.dispose]();
    for (const each of [region, other]) await each?.release();
    // The lowest free numbers are given first.
    const next = numbers.map(() => openSync('/proc/self/exe', 'r'));
    expect(next.toSorted()).toEqual(numbers.toSorted());
    for (const each of [region, other]) await each?.release();
    other?.file?.[Symbol.dispose]();
    memory[Symbol.dispose]();
    for (const fd of next) expect(() => closeSync(fd)).not.toThrow();
  });

  it('is unmapped but for what was unmapped before, where somebody else may have mapped something since', async () => {
    const { region } = mapped({ pages: 3 });
    if (!region) throw new Error('mmap was refused.');
    const middle = region.address + BigInt(page);
    munmap(middle, page);
    region.addHole({ firstPage: 1, pageCount: 1 });
    const others = mmap(middle, page, PROT.READ, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
    expect(others.returned).toBe(middle);
    expect(await region.release()).toEqual({ calls: 2, refused: 0, errno: null });
    expect([-1, 0, 1, 2, 3].map((at) => isMappedAt(region.address + BigInt(at * page)))).toEqual([
      false,
      false,
      true,
      false,
      false,
    ]);
    munmap(middle, page);
  });

  it('refuses a range that meets a hole, names the first page of it, and lets a range through that says it crosses it', async () => {
    const { region } = mapped({ pages: 5 });
    if (!region) throw new Error('mmap was refused.');
    munmap(region.address + BigInt(2 * page), 2 * page);
    region.addHole({ firstPage: 2, pageCount: 2 });
    const refusal = (range: Range) => {
      try {
        return region.bytesOf(range).length;
      } catch (error) {
        return toProblem(error).text.en;
      }
    };
    expect(refusal({ firstPage: 0, pageCount: 5 })).toMatch(/^Page 2 of region A was unmapped/);
    expect(refusal({ firstPage: 3, pageCount: 2 })).toMatch(/^Page 3 of region A was unmapped/);
    expect(refusal({ offset: 2 * page - 1, length: 2 })).toMatch(/^Page 2 of region A was unmapped/);
    expect(refusal({ firstPage: 0, pageCount: 2 })).toBe(2 * page);
    expect(refusal({ firstPage: 0, pageCount: 5, acrossHoles: true })).toBe(5 * page);
    expect(refusal({ firstPage: 0, pageCount: 6, acrossHoles: true })).toMatch(/^Page 5 is outside region A/);
    expect(() => region.pageNumbers([1, 3])).toThrow(/Page 3 of region A was unmapped/);
    await region.release();
  });

  it('is unmapped once: a second release leaves what somebody else has mapped there since', async () => {
    const { region } = mapped({ pages: 2 });
    if (!region) throw new Error('mmap was refused.');
    await region.release();
    const others = mmap(region.address, page, PROT.READ, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
    expect(others.returned).toBe(region.address);
    await region.release();
    expect(isMappedAt(region.address)).toBe(true);
    munmap(region.address, page);
  });

  it('has no name on the disk, when it is a temporary file', async () => {
    const before = temporaryFolders().flatMap((folder) => readdirSync(folder));
    using file = await BackingFile.temporary(3);
    expect(readlinkSync(`/proc/self/fd/${file.fd}`)).toMatch(/ \(deleted\)$/);
    const after = temporaryFolders().flatMap((folder) => readdirSync(folder));
    expect(after.filter((name) => name.startsWith('pagescope-') && !before.includes(name))).toEqual([]);
  });
});

describe('what a session leaves behind', () => {
  it('is nothing when its reader disconnects: every mapping and the budget are released', async () => {
    const { wire, client, reader, budget, released } = connected();
    await client.call('start', { experiment: 'first-touch', parameters: { pages } });
    await reader.state('completed');
    await client.call('start', { experiment: 'first-touch', parameters: { pages: pages + 2, access: 'read' } });
    await reader.until(() => reader.of('state').length === 2);
    const regions = reader.of('region').map(({ region }) => region);
    expect(regions.map((region) => isMapped(region))).toEqual([true, true]);
    wire.close();
    await released;
    expect(regions.map((region) => isMapped(region))).toEqual([false, false]);
    expect(() => budget.take(testBudgetBytes, { en: '', zh: '' })).not.toThrow();
  });

  it('is nothing when the reader disconnects while the experiment is paused half-way', async () => {
    const { wire, client, reader, released } = connected();
    const { session } = await client.call('start', { experiment: 'first-touch', parameters: { pages }, paused: true });
    for (let step = 1; step <= 5; step++) {
      await client.call('control', { session, action: 'step' });
      await reader.pausedAfter(step);
    }
    const regions = reader.of('region').map(({ region }) => region);
    expect(regions.map((region) => isMapped(region))).toEqual([true]);
    wire.close();
    await released;
    expect(regions.map((region) => isMapped(region))).toEqual([false]);
  });

  it('is nothing when the reader disconnects while the session is being opened', async () => {
    const { wire, client, budget, released } = connected();
    const starting = client.call('start', { experiment: 'first-touch', parameters: { pages: 1024 } });
    wire.close();
    await expect(starting).rejects.toThrow('The connection to Pagescope was closed.');
    await released;
    expect(() => budget.take(testBudgetBytes, { en: '', zh: '' })).not.toThrow();
  });

  it('is nothing when the start of a session is cancelled', async () => {
    const { wire, client, reader, budget, released } = connected();
    const cancel = new AbortController();
    const starting = client.call('start', { experiment: 'first-touch', parameters: { pages } }, cancel.signal);
    cancel.abort();
    await expect(starting).rejects.toThrow('The request was cancelled.');
    // The connection lives on and the next session is the only one.
    const { session } = await client.call('start', {
      experiment: 'first-touch',
      parameters: { pages: 2 },
      paused: true,
    });
    await reader.until(() => reader.of('state').some((event) => event.session === session));
    expect(reader.of('region').every(({ region }) => !isMapped(region))).toBe(true);
    wire.close();
    await released;
    expect(() => budget.take(testBudgetBytes, { en: '', zh: '' })).not.toThrow();
  });

  it('is no fence either: mapping and releasing regions does not add up', async () => {
    const mappings = () => readFileSync('/proc/self/maps', 'latin1').split('\n').length;
    const before = mappings();
    for (let round = 1; round <= 200; round++) {
      const { region } = Region.map(round, 'A', { pages: 3 }, (call) => call());
      if (!region) throw new Error('mmap was refused.');
      await region.release();
    }
    expect(mappings() - before).toBeLessThan(100);
  });
});
