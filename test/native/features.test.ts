import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { explainedErrnos, meaning } from '../../native/errno-meanings/errno-meaning.ts';
import { errnoName } from '../../native/libc/errno.ts';
import { bind, MissingSymbol } from '../../native/libc/libc.ts';
import { FEATURES, features } from '../../native/probes/features.ts';

const NATIVE = new URL('../../native/', import.meta.url);

test('each feature is answered once, with a reason where it is not available', () => {
  const found = features();
  expect(Object.keys(found).sort()).toEqual([...FEATURES].sort());
  for (const feature of Object.values(found)) {
    if (feature.status === 'denied') expect(feature.reason).toMatch(/\.$/);
    if (feature.status === 'missing') expect(feature.since).toMatch(/^Linux/);
  }
});

test('trying every feature leaves no mapping and no descriptor behind', () => {
  const script = `
    import { readdirSync, readFileSync } from 'node:fs';
    const { features } = await import(${JSON.stringify(new URL('probes/features.ts', NATIVE).href)});
    const { closeSelfDescriptors } = await import(${JSON.stringify(new URL('proc/proc-file.ts', NATIVE).href)});
    const descriptors = () => readdirSync('/proc/self/fd').length;
    const before = descriptors();
    features();
    closeSelfDescriptors();
    console.log(descriptors() - before);`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(output.trim()).toBe('0');
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
    (file) => file.endsWith('.ts') && /from 'koffi'/.test(readFileSync(new URL(file, NATIVE), 'utf8')),
  );
  expect(importers).toEqual(['libc/libc.ts']);
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

  test('means something else for each call', () => {
    expect(meaning('mlock', 'ENOMEM').en).toContain('RLIMIT_MEMLOCK');
    expect(meaning('mincore', 'ENOMEM').en).not.toContain('RLIMIT_MEMLOCK');
    expect(meaning('mlock', 'ENOMEM').zh).toContain('RLIMIT_MEMLOCK');
  });

  test('is explained in both languages, in whole sentences', () => {
    for (const { call, errnos } of explainedErrnos()) {
      expect(errnos.length, call).toBeGreaterThan(0);
      for (const errno of errnos) {
        const name = Array.from({ length: 140 }, (_, number) => errnoName(number)).find((each) => each === errno);
        if (!name) throw new Error(`${call}: ${errno} is no errno`);
        const { en, zh } = meaning(call, name);
        expect(en, `${call} ${errno}`).toMatch(/^[A-Z].*\.$/);
        expect(zh, `${call} ${errno}`).toMatch(/[\u4e00-\u9fff].*。$/);
      }
    }
  });

  test('that no table knows still gets a sentence', () => {
    expect(meaning('mlock', 'errno 999')).toEqual({
      en: 'mlock failed with errno 999.',
      zh: 'mlock 失败：errno 999。',
    });
  });
});
