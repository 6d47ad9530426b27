import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RecordingFile } from '../../lab/recordings/recording-file.ts';
import { reportSchema } from '../../protocol/report.ts';
import { bin, pagescope, Running } from '../support/pagescope.ts';
import { recordingPath } from '../support/recorded.ts';

const run = (file: string, ...more: string[]) => ['run', 'first-touch', '--set', 'pages=16', '--record', file, ...more];

describe('pagescope run --record', () => {
  it('records the run: export gives the report that the run printed', async () => {
    const file = recordingPath();
    const ended = await pagescope([...run(file), '--json']);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(dirname(file))).toEqual(['run.pagescope']);
    const live = reportSchema.parse(JSON.parse(ended.stdout));
    const exported = await pagescope(['export', file]);
    expect(exported).toMatchObject({ status: 0, stderr: '' });
    const report = reportSchema.parse(JSON.parse(exported.stdout));
    expect(report).toMatchObject({ steps: live.steps, claims: live.claims, result: live.result, outcome: 'completed' });
    expect(report.measurements).toEqual(live.measurements);
  });

  it('replaces a file with --force alone, when the run is over', async () => {
    const file = recordingPath();
    writeFileSync(file, 'mine');
    expect(await pagescope(run(file))).toMatchObject({
      status: 2,
      stdout: '',
      stderr: `${file} is there already; choose another file, or replace it with --force.\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(await pagescope(run(file, '--force'))).toMatchObject({ status: 0, stderr: '' });
    using recording = new RecordingFile(file);
    expect(recording.outcome).toBe('completed');
    expect(readdirSync(dirname(file))).toEqual(['run.pagescope']);
  });

  it('refuses a folder that cannot be written to before anything runs', async () => {
    expect(await pagescope(run('/proc/run.pagescope'))).toMatchObject({ status: 2, stdout: '' });
    const missing = `${recordingPath()}/no/such.pagescope`;
    const { status, stderr } = await pagescope(run(missing));
    expect([status, stderr]).toEqual([2, expect.stringContaining(`${missing} cannot be written`)]);
  });

  it('on a full disk goes on unrecorded and says from which step on; what came before can be read', async () => {
    const file = recordingPath();
    const small = { prefix: ['prlimit', `--fsize=${130 * 1024}`] };
    const more = ['--set', 'pages=500'];
    const ended = await pagescope([...run(file), ...more], { NODE_DISABLE_COMPILE_CACHE: '1' }, small);
    expect(ended.status).toBe(0);
    expect(ended.stdout).toContain('Claims');
    expect(ended.stderr).toMatch(/^The session is unrecorded from step \d+ on: .* Make room|make room/);
    using recording = new RecordingFile(file);
    expect(recording.report('en').steps.length).toBeGreaterThan(0);
  });

  it('leaves a file that opens at whatever moment it is killed', async () => {
    for (let kill = 0; kill < 6; kill++) {
      const file = recordingPath();
      const running = new Running([...run(file), '--set', 'pages=1024']);
      await running.before(untilThere(file, 4096 * (1 + 5 * kill)));
      running.child.kill('SIGKILL');
      await running.ended;
      using recording = new RecordingFile(file);
      const { steps, snapshots } = recording.report('en');
      expect(recording.damaged).toBe(0);
      // The last transaction has the step and what was seen after it.
      expect(snapshots.at(-1)?.step ?? -1).toBe(steps.at(-1)?.index ?? -1);
    }
  });
});

/** Resolves when the file and its log have so many bytes. */
async function untilThere(file: string, bytes: number): Promise<void> {
  const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  while (sizeOf(file) + sizeOf(`${file}-wal`) < bytes) await setTimeout(1);
}

describe('pagescope export', () => {
  it('writes every format, each of which says the same', async () => {
    const file = recordingPath();
    await pagescope(run(file));
    const as = async (...words: string[]) => (await pagescope(['export', file, '--format', ...words])).stdout;
    const report = reportSchema.parse(JSON.parse(await as('json')));
    const calls = report.steps.map(({ call }) => call);
    const csv = (await as('csv')).trimEnd().split('\r\n');
    expect(csv).toHaveLength(1 + report.steps.length);
    expect(
      (await as('strace'))
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => /^\S+ (\w+)\(/.exec(line)?.[1]),
    ).toEqual(calls);
    expect((await as('csv', '--table', 'samples')).trimEnd().split('\r\n')).toHaveLength(1 + report.samples.length);
    for (const text of [await as('md'), await as('html')]) {
      expect(text).toContain(report.result?.text);
      for (const claim of report.claims) expect(text).toContain(claim.text);
    }
    expect(await as('c')).toMatch(/int main\(void\)/);
    expect(await as('png')).toMatch(/^.PNG\r\n/u);
    expect(await as('svg')).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  });

  it('replaces a file with --force alone', async () => {
    const file = recordingPath();
    await pagescope(run(file));
    const output = recordingPath('report.md');
    const words = ['export', file, '--format', 'md', '--output', output];
    writeFileSync(output, 'mine');
    expect(await pagescope(words)).toMatchObject({ status: 2, stdout: '' });
    expect(readFileSync(output, 'utf8')).toBe('mine');
    expect(await pagescope([...words, '--force'])).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(readFileSync(output, 'utf8')).toMatch(/^# First touch/);
  });

  it('of what is no recording says so', async () => {
    const file = recordingPath();
    writeFileSync(file, 'mine');
    expect(await pagescope(['export', file])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: `${file} cannot be opened: it is not a recording of Pagescope.\n`,
    });
  });
});

describe('pagescope recordings', () => {
  it('lists what is in the folder, also what cannot be read, with the reason', async () => {
    const folder = join(dirname(recordingPath()), 'pagescope', 'recordings');
    const env = { XDG_DATA_HOME: dirname(dirname(folder)) };
    expect(JSON.parse((await pagescope(['recordings', '--json'], env)).stdout)).toEqual({ recordings: [] });
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'run.pagescope');
    await pagescope(run(file));
    const broken = join(folder, 'broken.pagescope');
    writeFileSync(broken, 'mine');
    const { recordings } = JSON.parse((await pagescope(['recordings', '--json'], env)).stdout);
    const claims = { held: 5, failed: 0, skipped: 0 };
    expect(recordings).toMatchObject([
      { file, title: 'First touch', outcome: 'completed', kept: false },
      { file: broken, title: null, outcome: null, reason: expect.stringContaining('is not a recording of Pagescope') },
    ]);
    const { held, failed, skipped } = recordings[0].claims;
    expect([held + skipped, failed]).toEqual([claims.held, 0]);
    const { stdout, status } = await pagescope(['recordings'], env);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/First touch[\s\S]*2 in .* of at most 0 B/)]);
  });

  it('prints and sets how much they may take, and deletes some with --force alone', async () => {
    const home = dirname(recordingPath());
    const folder = join(home, 'pagescope', 'recordings');
    const env = { XDG_DATA_HOME: home, XDG_CONFIG_HOME: join(home, 'config'), PAGESCOPE_RECORDINGS_MIB: undefined };
    const limit = (...words: string[]) => pagescope(['recordings', '--limit', ...words], env);
    expect(await limit()).toMatchObject({ status: 0, stdout: 'All recordings may take 2 GiB, one 512 MiB.\n' });
    expect(await limit('500M')).toMatchObject({ status: 0, stdout: 'All recordings may take 500 MiB, one 125 MiB.\n' });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'old.pagescope'), new Uint8Array(2048));
    const refused = { status: 2, stdout: '', stderr: expect.stringContaining('the oldest recording (2 KiB)') };
    expect(await limit('0')).toMatchObject(refused);
    expect(existsSync(join(folder, 'old.pagescope'))).toBe(true);
    expect(await limit('0', '--force')).toMatchObject({ status: 0, stdout: 'Nothing is recorded.\n' });
    expect(existsSync(join(folder, 'old.pagescope'))).toBe(false);
    expect(await limit('much')).toMatchObject({ status: 2, stderr: expect.stringContaining('much is no size') });
    const fixed = await pagescope(['recordings', '--limit', '--json'], { ...env, PAGESCOPE_RECORDINGS_MIB: '8' });
    const told = { limitBytes: 8 << 20, limitBytesOfOne: 2 << 20, fromEnvironment: true };
    expect(JSON.parse(fixed.stdout)).toEqual(told);
    writeFileSync(join(home, 'config', 'pagescope', 'settings.json'), '{');
    const { status, stdout, stderr } = await limit();
    expect([status, stdout]).toEqual([0, expect.stringContaining('2 GiB')]);
    expect(stderr).toMatch(/^The settings in .*settings\.json are not used: [^\n]*\n$/);
  });
});

describe('pagescope compare', () => {
  it('shows pages, measurements, claims and machines of two recordings side by side', async () => {
    const [a, b] = [recordingPath(), recordingPath()];
    await pagescope(run(a));
    await pagescope(['run', 'first-touch', '--set', 'pages=8', '--record', b]);
    const self = JSON.parse((await pagescope(['compare', a, a, '--json'])).stdout);
    expect(self).toMatchObject({ same: true, pages: [{ region: 'A', differ: 0 }], environment: [] });
    expect(self.measurements[0]).toMatchObject({ name: 'firstTouchPerPageNs', ratio: 1 });
    const both = JSON.parse((await pagescope(['compare', a, b, '--json'])).stdout);
    expect(both).toMatchObject({ same: false, pages: [{ region: 'A', pagesA: 16, pagesB: 8 }] });
    expect(both.claims).toHaveLength(5);
    // The mapping is step 0; then advice, a look, and a touch for each page.
    const steps = JSON.parse((await pagescope(['compare', `${a}@2`, `${a}@9`, '--json'])).stdout);
    expect(steps).toMatchObject({ same: true, pages: [{ region: 'A', pagesA: 16, differ: 7 }] });
    expect(await pagescope(['compare', `${a}@2`, `${a}@99`])).toMatchObject({
      status: 2,
      stderr: `${a} has no step 99; its steps are 0 to 19.\n`,
    });
    truncateSync(b, statSync(b).size - 8192);
    const { stdout, stderr, status } = await pagescope(['compare', a, b]);
    expect(stderr).toMatch(
      new RegExp(`^${b} is damaged: \\d+ of its records could not be read and are left out\\.\n$`),
    );
    expect([status, stdout]).toEqual([0, expect.stringContaining('These are different experiments')]);
  });
});

describe('pagescope open', () => {
  /** Where the page that is served to the first browser begins. */
  const begins = async (running: Running) => {
    const { headers } = await fetch(await running.firstLine(), { redirect: 'manual' });
    running.child.kill();
    await running.ended;
    return headers.get('location');
  };
  const env = { DISPLAY: '', WAYLAND_DISPLAY: '', PAGESCOPE_RECORDINGS_MIB: '0' };

  it('opens the app with the recording in it, where there is no display in a browser', async () => {
    const file = recordingPath();
    await pagescope(run(file));
    const address = `/#/recordings/${encodeURIComponent(file)}`;
    expect(await begins(new Running(['open', file, '--at', '4'], { env }))).toBe(`${address}?@step=5`);
    expect(await begins(new Running([file], { env }))).toBe(address);
    expect(await begins(new Running(['serve', file, '--at', '0'], { env }))).toBe(`${address}?@step=1`);
  });

  it('of what cannot be shown says why, and opens nothing', async () => {
    const file = recordingPath();
    const open = (...words: string[]) => pagescope(['open', ...words], env);
    expect(await open(file)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(file) });
    await pagescope(run(file));
    const missing = `${file} has no step 20; its steps are 0 to 19.\n`;
    expect(await open(file, '--at', '20')).toMatchObject({ status: 2, stdout: '', stderr: missing });
    writeFileSync(file, 'mine');
    const wrong = `${file} cannot be opened: it is not a recording of Pagescope.\n`;
    expect(await open(file)).toMatchObject({ status: 2, stdout: '', stderr: wrong });
    expect(await pagescope(['serve', file], env)).toMatchObject({ status: 2, stdout: '', stderr: wrong });
  });
});

describe('a Node without what recordings need', () => {
  it('hands over to the one that comes with the packages', async (context) => {
    const old = '/usr/bin/node';
    const version = existsSync(old) ? execFileSync(old, ['-p', 'process.versions.node'], { encoding: 'utf8' }) : '24';
    if (Number.parseInt(version, 10) >= 24) return context.skip('this machine has no Node older than 24 in /usr/bin');
    const file = recordingPath();
    await pagescope(run(file));
    const exported = execFileSync(old, [bin, 'export', file, '--format', 'strace'], { encoding: 'utf8' });
    expect(exported).toContain('mmap(');
  });
});
