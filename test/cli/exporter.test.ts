import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pageSize } from '../../native/libc/sysconf.ts';
import { findOnPath } from '../../scripts/electron-binary.mjs';
import { skipWithoutCompiler } from '../support/compile.ts';
import { pagescope, Running } from '../support/pagescope.ts';
import { statusBytes, Target } from '../support/target.ts';

const monitoring = fileURLToPath(new URL('../../monitoring', import.meta.url));

/** The exporter, its address, and how to ask it. */
async function started(...args: readonly string[]) {
  const running = new Running(['exporter', '--port', '0', ...args]);
  const url = await running.firstLine();
  return { running, url, ask: (headers: HeadersInit = {}, method = 'GET') => fetch(url, { headers, method }) };
}

/** The number of a series. */
const sample = (text: string, series: string) =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length),
  );

describe('pagescope exporter', () => {
  it('tells what a process locks and holds, as its status does, and ends when asked', async (context) => {
    skipWithoutCompiler(context);
    const name = 'metrics "1\\';
    const target = await Target.start(name);
    const { running, ask } = await started();
    const answer = await ask();
    expect(answer.headers.get('content-type')).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
    const text = await answer.text();
    expect(text).toMatch(/\n# EOF\n$/);
    const labels = '{kind="name",group="metrics \\"1\\\\"}';
    expect(sample(text, `pagescope_group_processes${labels}`)).toBe(1);
    expect(sample(text, `pagescope_group_locked_bytes${labels}`)).toBe(statusBytes(target.pid, 'VmLck'));
    expect(sample(text, `pagescope_group_resident_bytes${labels}`)).toBe(statusBytes(target.pid, 'VmRSS'));
    expect(sample(text, 'process_cpu_seconds_total')).toBeGreaterThan(0);
    await target.end();
    // Sooner than a moment after it, a look is the one before.
    await expect.poll(async () => (await ask()).text()).not.toContain(labels);
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ status: 0, stderr: '' });
  });

  it('tells what is cached of files and folders that were named, and of how many nobody tells', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pagescope-exporter-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await Promise.all([writeFile(join(folder, 'a'), Buffer.alloc(8192)), writeFile(join(folder, 'b'), 'b')]);
    const { ask } = await started('--path', folder, '--path', join(folder, 'missing'));
    const text = await (await ask()).text();
    const labels = `{path="${folder}"}`;
    expect(sample(text, `pagescope_file_size_bytes${labels}`)).toBe(8193);
    expect(sample(text, `pagescope_file_cached_bytes${labels}`)).toBe(8192 + pageSize());
    expect(sample(text, `pagescope_files_unknown${labels}`)).toBe(0);
    expect(text).not.toContain(`pagescope_file_cached_bytes{path="${folder}/missing"}`);
    expect(sample(text, `pagescope_files_unknown{path="${folder}/missing"}`)).toBe(1);
  });

  it('answers nobody who calls it by another name, from another site, or for something else', async () => {
    const { url, ask } = await started();
    expect((await ask({ origin: 'http://example.com' })).status).toBe(403);
    expect((await ask({}, 'POST')).status).toBe(405);
    expect((await fetch(new URL('/', url))).status).toBe(404);
    const { port } = new URL(url);
    const headers = { host: `example.com:${port}` };
    const [foreign] = await once(request(url, { headers }).end(), 'response');
    expect(foreign.statusCode).toBe(403);
    foreign.resume();
    const behindProxy = await started('--any-host');
    const [passed] = await once(
      request(behindProxy.url, { headers: { host: 'node-1.example:9785' } }).end(),
      'response',
    );
    expect(passed.statusCode).toBe(200);
    passed.resume();
    expect((await behindProxy.ask({ origin: 'http://example.com' })).status).toBe(403);
    const { stderr, status } = await pagescope(['exporter', '--port', port]);
    expect({ stderr, status }).toEqual({ stderr: expect.stringContaining(`Port ${port} is in use`), status: 2 });
  });

  it('serves every series, with every label, that the rules and the dashboard ask for', async () => {
    const text = await (await (await started('--path', monitoring)).ask()).text();
    const asked = await Promise.all(
      ['rules.yml', 'grafana-dashboard.json'].map((file) => readFile(join(monitoring, file), 'utf8')),
    );
    const series = new Set(
      asked.flatMap((file) => file.match(/\b(?:pagescope|process)_[a-z_]+_(?:bytes|ratio|total)\b/g) ?? []),
    );
    expect(series.size).toBeGreaterThan(8);
    const types = new Set(Array.from(text.matchAll(/^# TYPE (\S+)/gm), ([, name]) => name));
    // That of a counter is without its suffix.
    for (const name of series) expect(types).toContain(name.replace(/_total$/, ''));
    const labels = new Set(
      asked.flatMap((file) => Array.from(file.matchAll(/\{\{ ?\$?(?:labels\.)?([a-z]+) ?\}\}/g), ([, name]) => name)),
    );
    // Prometheus itself tells whom it asked.
    labels.delete('instance');
    expect([...labels].sort()).toEqual(['group', 'kind', 'path']);
    for (const label of labels) expect(text).toMatch(new RegExp(`[{,]${label}="`));
  });

  it('has rules for alerts that promtool finds right, and that fire when they should', ({ skip }) => {
    if (findOnPath(['promtool']) === undefined) skip('promtool is not installed (apt install prometheus)');
    const promtool = (...args: string[]) => execFileSync('promtool', args, { cwd: monitoring, encoding: 'utf8' });
    expect(promtool('check', 'rules', 'rules.yml')).toContain('SUCCESS');
    expect(promtool('test', 'rules', 'rules.test.yml')).toContain('SUCCESS');
  });
});
