import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { childrenOf } from '../../../lab/isolation/child-processes.ts';
import { forkIsolated } from '../../../lab/isolation/fork-isolated.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import type { Report } from '../../../protocol/report.ts';
import { IsolatedHand } from '../../support/another-hand.ts';
import { entryOf } from '../../support/entries.ts';
import { isRunning, never, TestLab } from '../../support/harness.ts';
import { failuresOf, isolatingLab, pausedBefore, runAndProgram, skipWithoutRoomToLock } from '../../support/locking.ts';
import { foldersOf, skipWithoutCoreFiles, skipWithoutGcore, smallDisk } from '../../support/secrets.ts';
import { witness } from '../../support/smaps-witness.ts';
import { nobody, notHeld, reportOf, users, withMemlock } from '../../support/users.ts';

const entry = entryOf('isolated-entry');
const hostEntry = entryOf('isolated-host');
const size = pageSize();

/**
 * What gcore is asked for. Type stripping is WebAssembly, whose reservation makes the process too large for it in these
 * tests.
 */
const ofGcore = ['gcore-all', 'gcore-all-secret'];

const measuredOf = ({ claims }: Report) => Object.fromEntries(claims.map(({ id, measured }) => [id, measured]));
const skipped = ({ claims }: Report) => claims.filter(({ status }) => status === 'skipped').map(({ id }) => id);

describe('secret-page', () => {
  it.each(users())('holds every claim for $name', async (user) => {
    const report = await reportOf(user, 'secret-page');
    expect(notHeld(report).filter((line) => !ofGcore.some((id) => line.startsWith(`${id} skipped: `)))).toEqual([]);
    expect(report.claims).toHaveLength(15);
    expect(report.coreFiles?.[0]?.found).toEqual([
      { marker: 1, count: 1 },
      { marker: 2, count: 0 },
      { marker: 3, count: 0 },
    ]);
  });

  it('finds the protected marker when gcore -a asks for it, and never the one in memfd_secret', async (context) => {
    skipWithoutGcore(context);
    const small = ['--disable-wasm-trap-handler', '--wasm-max-mem-pages=1024'];
    await using lab = new TestLab(() => forkIsolated(entry, small));
    const { report, pid } = await runAndProgram(lab, 'secret-page', { pages: 2 });
    expect(notHeld(report)).toEqual([]);
    expect(report.coreFiles?.map(({ route, found }) => [route, ...found.map(({ count }) => count)])).toEqual([
      ['file', 1, 0, 0],
      ['gcore', 1, 0, 0],
      ['gcore-all', 1, 1, 0],
    ]);
    expect(foldersOf(pid)).toEqual([]);
  }, 60_000);

  it('agrees with smaps as another process reads it', async (context) => {
    skipWithoutRoomToLock(context);
    await using lab = isolatingLab();
    const { pid, region } = await pausedBefore(lab, 'secret-page', /^A copy of the process aborts/, { pages: 3 });
    const flags = (label: string) =>
      witness(region(label), pid).flags.map((all) => ['lo', 'dd'].filter((one) => all.includes(one)));
    expect([flags('A'), flags('B'), flags('C')]).toEqual([[[]], [['lo', 'dd']], [['lo', 'dd']]]);
    expect(witness(region('B'), pid).kibibytes('Locked')).toBe((3 * size) / 1024);
  });

  it('searches for no marker that was wiped by hand, and says so', async (context) => {
    skipWithoutCoreFiles(context);
    using hand = new IsolatedHand();
    await using lab = isolatingLab(hand.environment);
    const { session, region } = await pausedBefore(lab, 'secret-page', /^Ask for the marker of A/);
    const wipe = { kind: 'explicit_bzero', range: { firstPage: 0, pageCount: 1 } } as const;
    await hand.do(region('A').address, wipe);
    expect(await failuresOf(lab, session)).toEqual([]);
    expect(lab.reader.of('released').map(({ region }) => region)).toEqual([1, 2, 3]);
    const report = await lab.service.report({ session, language: 'en' }, never);
    expect(skipped(report)).toContain('unprotected');
    expect(report.coreFiles?.[0]?.found.map(({ marker }) => marker)).toEqual([2, 3]);
  });

  it.each([0, size / 2])(
    'goes on where only %i bytes may be locked, and gives the numbers of what it skips',
    async (limit) => {
      const report = await reportOf(withMemlock(limit), 'secret-page');
      const reasons = notHeld(report);
      expect(reasons.filter((line) => !line.includes('skipped'))).toEqual([]);
      expect(skipped(report)).toEqual(expect.arrayContaining(['locked', 'vm-lck', 'secret-vm-lck', 'secret']));
      expect(reasons.find((line) => line.startsWith('locked'))).toMatch(/RLIMIT_MEMLOCK/);
      expect(measuredOf(report)).toMatchObject({ unprotected: 1, protected: 0, 'dont-dump': 1, wiped: 0 });
    },
  );

  it('says how to have core files where the hard limit forbids them, and does the rest', async () => {
    const user = { name: 'nobody', prefix: ['prlimit', '--core=0:0', ...(process.geteuid?.() === 0 ? nobody : [])] };
    const report = await reportOf(user, 'secret-page');
    expect([report.outcome, report.coreFiles]).toEqual(['completed', undefined]);
    expect(notHeld(report).find((line) => line.startsWith('unprotected'))).toMatch(
      /RLIMIT_CORE\) is 0 .*sudo prlimit --pid \$\$ --core=unlimited/,
    );
    expect(skipped(report)).toEqual(expect.arrayContaining(['unprotected', 'protected', 'secret', 'not-dumpable']));
    expect(measuredOf(report)).toMatchObject({ wiped: 0, released: 0 });
  });

  it('proves nothing by core files without private anonymous memory, says how to have it in them, and does the rest', async () => {
    const filter = ['sh', '-c', 'echo 0 > /proc/$$/coredump_filter && exec "$@"', 'sh'];
    const report = await reportOf({ name: 'this user', prefix: filter }, 'secret-page');
    expect(notHeld(report).find((line) => line.startsWith('protected'))).toMatch(
      /echo 0x33 > \/proc\/\$\$\/coredump_filter/,
    );
    expect(skipped(report)).toEqual(expect.arrayContaining(['unprotected', 'protected', 'secret', 'listed']));
    expect(report.claims.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(report.coreFiles?.map(({ route }) => route) ?? []).not.toContain('gcore');
  });

  it('says how much room a core file would take on a disk that is full, and does the rest', async (context) => {
    skipWithoutCoreFiles(context);
    using disk = smallDisk(context);
    vi.stubEnv('TMPDIR', disk.folder);
    try {
      const report = await reportOf({ name: 'this user', prefix: [] }, 'secret-page');
      expect(report.coreFiles).toBeUndefined();
      expect(notHeld(report).find((line) => line.startsWith('unprotected'))).toMatch(
        /The core file may take \d.* and .* has [\d.]+ MiB left; make room there/,
      );
      expect(measuredOf(report)).toMatchObject({ wiped: 0, released: 0 });
      expect(readdirSync(disk.folder).filter((name) => name.startsWith('pagescope'))).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('takes nothing for absent from a core file that was cut short', async (context) => {
    skipWithoutCoreFiles(context);
    const limited = `--core=${1 << 20}:${1 << 20}`;
    const user = { name: 'nobody', prefix: ['prlimit', limited, ...(process.geteuid?.() === 0 ? nobody : [])] };
    const report = await reportOf(user, 'secret-page');
    expect(report.coreFiles?.[0]).toMatchObject({ truncated: true });
    expect(notHeld(report).find((line) => line.startsWith('protected'))).toMatch(/could not be searched to its end/);
    expect(report.claims.filter(({ status }) => status === 'failed')).toEqual([]);
  });

  it.each([/^A copy of the process aborts/, /^Wait for its end/, /^Ask for the marker of B/, /^Search/, /^Wipe A/])(
    'leaves nothing on the disk and no process when it is ended before “%s”',
    async (title) => {
      await using lab = isolatingLab();
      const stopped = await pausedBefore(lab, 'secret-page', title);
      await lab.service.control({ session: stopped.session, action: 'stop' }, never);
      expect([foldersOf(stopped.pid), childrenOf(stopped.pid)]).toEqual([[], []]);
      expect(lab.reader.of('state').at(-1)?.state).toBe('stopped');
      await lab.service.close({ session: stopped.session }, never);

      const closed = await pausedBefore(lab, 'secret-page', title);
      await lab.service.close({ session: closed.session }, never);
      expect([foldersOf(closed.pid), isRunning(closed.pid)]).toEqual([[], false]);
    },
    30_000,
  );

  it('stops in the middle of the search, and deletes the core file', async (context) => {
    skipWithoutCoreFiles(context);
    await using lab = isolatingLab();
    const { session, pid } = await pausedBefore(lab, 'secret-page', /^Search/);
    expect(foldersOf(pid)).not.toEqual([]);
    const searched = lab.service.control({ session, action: 'step' }, never);
    await lab.service.control({ session, action: 'stop' }, never);
    await searched;
    expect([foldersOf(pid), lab.reader.of('state').at(-1)?.state]).toEqual([[], 'stopped']);
    expect(lab.reader.of('progress').every(({ done, total }) => done <= total)).toBe(true);
  });

  it('leaves nothing on the disk when its process is killed in the middle', async (context) => {
    skipWithoutCoreFiles(context);
    await using lab = isolatingLab();
    const { pid } = await pausedBefore(lab, 'secret-page', /^Ask for the marker of A/);
    expect(foldersOf(pid)).not.toEqual([]);
    process.kill(pid, 'SIGKILL');
    await lab.reader.until(() => lab.reader.of('state').at(-1)?.state === 'failed');
    expect(foldersOf(pid)).toEqual([]);
    expect(lab.reader.of('state').at(-1)?.problem?.text.en).toContain('SIGKILL');
  });

  it('leaves nothing on the disk when its host is killed', async (context) => {
    skipWithoutCoreFiles(context);
    const host = spawn(process.execPath, [hostEntry, 'secret-page', '^Ask for the marker of A'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // The isolated process has the host's standard error too.
    const bothEnded = once(host, 'close');
    host.stderr.resume();
    const [pid] = await once(host.stdout, 'data');
    expect(foldersOf(Number(String(pid)))).not.toEqual([]);
    host.kill('SIGKILL');
    await bothEnded;
    expect(foldersOf(Number(String(pid)))).toEqual([]);
  });

  it('runs twice at once, each with core files of its own', async () => {
    const both = await Promise.all([0, 1].map(() => reportOf({ name: 'this user', prefix: [] }, 'secret-page')));
    expect(both.map((report) => report.claims.filter(({ status }) => status === 'failed'))).toEqual([[], []]);
    expect(both.map(({ pid }) => foldersOf(pid))).toEqual([[], []]);
    expect(readdirSync('.').filter((name) => /^core(\.|$)/.test(name))).toEqual([]);
  }, 30_000);
});
