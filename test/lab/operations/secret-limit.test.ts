import { execFileSync } from 'node:child_process';
import { beforeEach, describe, expect, it } from 'vitest';
import { feature } from '../../../native/probes/features.ts';
import { secretCountsWhenTouched } from '../../../native/probes/secret-accounting.ts';
import { inProject } from '../../../scripts/project.mjs';
import { skipWithoutCompiler } from '../../support/compile.ts';
import { pagescope } from '../../support/pagescope.ts';
import { pathWithoutGcore } from '../../support/secrets.ts';
import { lyingLibc } from '../../support/shared-library.ts';

/**
 * A kernel that gives one secret page and no more, as one does that counts them when they are touched and has reached
 * the limit: each further page is SIGBUS to a load or a store.
 */
const onePage = {
  ftruncate: 'int lie(int fd, long length) { return TRUE(ftruncate)(fd, length > 4096 ? 4096 : length); }',
};

const script = `
  const { mapRegion } = await import('${inProject('lab/operations/map-region.ts')}');
  const { performNow } = await import('${inProject('lab/operations/perform.ts')}');
  const { Clock } = await import('${inProject('lab/base/clock.ts')}');
  const { region } = mapRegion(1, 'A', { pages: 4, memory: 'secret' }, new Clock());
  const told = [
    { kind: 'touch', access: 'read', pages: [0, 1] },
    { kind: 'touch', access: 'write', pages: [0, 1] },
    { kind: 'explicit_bzero', range: { offset: 100, length: 8192 } },
  ].map((operation) => performNow(operation, region, new Clock()));
  console.log(JSON.stringify(told.map(({ call, errno }) => ({ call, errno }))));`;

describe('secret pages that the kernel does not give', () => {
  beforeEach((context) => {
    skipWithoutCompiler(context);
    if (feature('memfd_secret').status !== 'available') context.skip('This kernel has no memfd_secret.');
  });

  it('are an errno to loads, stores and wipes, and no signal', () => {
    using libc = lyingLibc(onePage);
    const env = { ...process.env, LD_PRELOAD: libc.path };
    const words = ['--input-type=module', '-e', script];
    const told = JSON.parse(execFileSync(process.execPath, words, { env, encoding: 'utf8' }));
    expect(told.map(({ errno }: { errno: string }) => errno)).toEqual(['EFAULT', 'EFAULT', 'EFAULT']);
  });

  it('end no run of the experiment', async () => {
    using libc = lyingLibc(onePage);
    const env = { LD_PRELOAD: libc.path, PATH: pathWithoutGcore };
    const { status, stderr } = await pagescope(['run', 'secret-page', '--set', 'pages=4'], env);
    expect({ status: typeof status, stderr }).toEqual({ status: 'number', stderr: '' });
  });

  it('are known to count when they are touched where their mapping is not locked', () => {
    using libc = lyingLibc({
      msync: 'int lie(void *start, size_t length, int flags) { return start || length || flags ? 0 : 0; }',
    });
    const probe = `import { secretCountsWhenTouched } from '${inProject('native/probes/secret-accounting.ts')}';
      console.log(secretCountsWhenTouched());`;
    const words = ['--input-type=module', '-e', probe];
    const env = { ...process.env, LD_PRELOAD: libc.path };
    expect(execFileSync(process.execPath, words, { env, encoding: 'utf8' }).trim()).toBe('true');
    const locked = execFileSync(process.execPath, words, { encoding: 'utf8' }).trim();
    expect(locked).toBe(String(secretCountsWhenTouched()));
  });
});
