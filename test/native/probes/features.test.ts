import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MADV, munmap, PROT } from '../../../native/calls/mman.ts';
import { touchRead } from '../../../native/calls/touch.ts';
import { meaning } from '../../../native/errno-meanings/errno-meaning.ts';
import { errnoName } from '../../../native/libc/errno.ts';
import { bind, MissingSymbol } from '../../../native/libc/libc.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { FEATURES, feature, features, type ProbedFeature } from '../../../native/probes/features.ts';
import { readMapsZeroPage } from '../../../native/probes/zero-page.ts';
import { map, pageNumbers } from '../../support/native-memory.ts';
import { nativeScript } from '../../support/native-script.ts';
import type { Refusal } from '../../support/sandbox.ts';
import { witness } from '../../support/smaps-witness.ts';

const NATIVE = new URL('../../../native/', import.meta.url);

test('each feature is answered once, with a reason where it is not available', () => {
  const found = features();
  expect(Object.keys(found).sort()).toEqual([...FEATURES].sort());
  for (const feature of Object.values(found)) {
    if (feature.status === 'denied')
      expect(feature.reason).toEqual({ en: expect.stringMatching(/\.$/), zh: expect.stringMatching(/。$/) });
    if (feature.status === 'missing')
      expect(feature.since).toEqual({ en: expect.stringMatching(/^Linux/), zh: expect.stringMatching(/^Linux/) });
  }
});

test('a read maps the shared zero page, as smaps read by another process says of memory that was only read', () => {
  const pages = 8;
  const address = map(pages, PROT.READ | PROT.WRITE);
  const length = pages * pageSize();
  touchRead(address, pageNumbers(0, pages));
  const rss = witness({ address: `0x${address.toString(16)}`, length }).kibibytes('Rss') * 1024;
  munmap(address, length);
  expect([0, length]).toContain(rss);
  expect(feature('zero-page').status).toBe(rss === 0 ? 'available' : 'missing');
});

test.for(['page-table', 'smaps'] as const)('%s alone tells whether a read maps the zero page', (who, context) => {
  const told = readMapsZeroPage(who);
  if (told === 'ENOTTY') context.skip('this kernel has no PAGEMAP_SCAN (Linux 6.7)');
  expect(told).toBe(feature('zero-page').status === 'available');
});

test('trying every feature leaves no mapping and no descriptor behind', () => {
  // A page that stays is joined with what it lies beside, so it is not counted: it fills one of many gaps of one page.
  const left = nativeScript(`
    import { readdirSync, readFileSync } from 'node:fs';
    import { features } from 'probes/features.ts';
    import { MAP, PROT, mmap, munmap } from 'calls/mman.ts';
    import { closeSelfDescriptors } from 'proc/proc-file.ts';
    import { pageSize } from 'libc/sysconf.ts';
    const size = pageSize();
    const gaps = () => {
      const ranges = [...readFileSync('/proc/self/maps', 'latin1').matchAll(/^([0-9a-f]+)-([0-9a-f]+) /gm)];
      const bounds = ranges.map(([, start, end]) => [parseInt(start, 16), parseInt(end, 16)]);
      return bounds.filter(([start], i) => i > 0 && start - bounds[i - 1][1] === size).length;
    };
    const descriptors = () => readdirSync('/proc/self/fd').length;
    const { returned } = mmap(null, 64 * size, PROT.READ, MAP.PRIVATE | MAP.ANONYMOUS, -1, 0);
    for (let page = 1; page < 64; page += 2) munmap(returned + BigInt(page * size), size);
    const before = [gaps(), descriptors()];
    const names = Object.keys(features()).length;
    closeSelfDescriptors();
    console.log(JSON.stringify({ names, gaps: before[0] - gaps(), descriptors: descriptors() - before[1] }));`);
  expect(left).toEqual({ names: FEATURES.length, gaps: 0, descriptors: 0 });
});

describe('in a sandbox', () => {
  const ENOSYS = 38;
  const EPERM = 1;
  const EINVAL = 22;
  const ENOTTY = 25;
  const cases: readonly (readonly [name: string, call: Omit<Refusal, 'errno'>, lacks: number])[] = [
    ['pagemap-scan', { call: 'ioctl', argument: 1, value: 0xc0606610 }, ENOTTY],
    ['procmap-query', { call: 'ioctl', argument: 1, value: 0xc0686611 }, ENOTTY],
    ['cachestat', { call: 'cachestat' }, ENOSYS],
    ['memfd_secret', { call: 'memfd_secret' }, ENOSYS],
    ['mlock2', { call: 'mlock2' }, ENOSYS],
    ['madv-populate', { call: 'madvise', argument: 2, value: MADV.POPULATE_READ }, EINVAL],
    ['guard-install', { call: 'madvise', argument: 2, value: MADV.GUARD_INSTALL }, EINVAL],
    ['process_madvise', { call: 'process_madvise' }, ENOSYS],
  ];
  const ask = (errnoOf: (lacks: number) => number) =>
    nativeScript<Record<string, ProbedFeature>>(`
      import { features } from 'probes/features.ts';
      import { refuse } from 'support/sandbox.ts';
      refuse(...${JSON.stringify(cases.map(([, call, lacks]) => ({ ...call, errno: errnoOf(lacks) })))});
      console.log(JSON.stringify(features()));`);

  test('what this kernel lacks is missing, with the first kernel that has it, and nothing else is', () => {
    const found = ask((lacks) => lacks);
    const missing = Object.entries(found).flatMap(([name, { status }]) => (status === 'missing' ? [name] : []));
    // What a read maps is the kernel's own, whatever is refused.
    expect(missing.filter((name) => name !== 'zero-page').sort()).toEqual(cases.map(([name]) => name).sort());
    for (const [name] of cases)
      expect(found[name], name).toEqual({
        status: 'missing',
        since: { en: expect.stringMatching(/^Linux \d/), zh: expect.stringMatching(/^Linux \d/) },
      });
    expect(found.smaps).toEqual({ status: 'available' });
  });

  test('what is forbidden is denied, with the errno', () => {
    const found = ask(() => EPERM);
    for (const [name] of cases)
      expect(found[name], name).toEqual({
        status: 'denied',
        reason: { en: expect.stringMatching(/\(EPERM\)\.$/), zh: expect.stringMatching(/（EPERM）。$/) },
      });
  });
});

test('a symbol that the library lacks is a sentence that names it, at the first use', () => {
  const nothing = bind<() => number>('int pagescope_no_such_function(void)');
  expect(nothing).toThrow(MissingSymbol);
  expect(nothing).toThrow(/pagescope_no_such_function/);
});

test('importing native opens no proc file', () => {
  const files = readdirSync(NATIVE, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && file !== 'conformance/child.ts',
  );
  expect(files.length).toBeGreaterThan(20);
  const script = `
    import { readdirSync, readlinkSync } from 'node:fs';
    await Promise.all(${JSON.stringify(files)}.map((file) => import(new URL(file, ${JSON.stringify(NATIVE.href)}).href)));
    const target = (fd) => { try { return readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } };
    console.log(JSON.stringify(readdirSync('/proc/self/fd').map(target).filter((path) => /^.proc.\\d+.\\w+maps?$/.test(path))));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(JSON.parse(output)).toEqual([]);
});

test('koffi is imported in one file', () => {
  const importers = readdirSync(NATIVE, { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      file.endsWith('.ts') && /(from |import\(|require\()'koffi'/.test(readFileSync(new URL(file, NATIVE), 'utf8')),
  );
  expect(importers).toEqual(['libc/koffi.ts']);
});

describe('errno', () => {
  test.each([
    [1, 'EPERM'],
    [11, 'EAGAIN'],
    [12, 'ENOMEM'],
    [14, 'EFAULT'],
    [16, 'EBUSY'],
    [22, 'EINVAL'],
    [25, 'ENOTTY'],
    [38, 'ENOSYS'],
    [133, 'EHWPOISON'],
    [999, 'errno 999'],
  ])('%i is %s', (number, name) => expect(errnoName(number)).toBe(name));

  test('that no table knows still gets a sentence', () => {
    expect(meaning('mlock', 'errno 999')).toEqual({
      en: 'mlock failed with errno 999.',
      zh: 'mlock 失败：errno 999。',
    });
  });
});
