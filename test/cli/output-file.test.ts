import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reportSchema } from '../../protocol/report.ts';
import { pagescope } from '../support/pagescope.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagescope-output-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const words = ['run', 'first-touch', '--set', 'pages=2', '--output'];
const at = (...names: string[]) => join(folder, ...names);
const reportIn = (file: string) => reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

describe('the file that --output names', () => {
  it('gets the report or the C program whole, and nothing is left beside it', async () => {
    await pagescope([...words, at('report.json')]);
    await pagescope([...words, at('program.c'), '--format', 'c']);
    expect(reportIn(at('report.json')).outcome).toBe('completed');
    expect(readFileSync(at('program.c'), 'utf8')).toMatch(/int main\(void\)[\s\S]*\n}\n$/);
    expect(readdirSync(folder).sort()).toEqual(['program.c', 'report.json']);
  });

  it.each([
    ['md', /^# First touch\n/],
    ['html', /^<!doctype html>/],
    ['csv', /^step,startedNs,/],
    ['strace', /^# Pagescope .*\n\d+\.\d{6} mmap\(/],
  ])('gets the run as %s', async (format, beginning) => {
    expect(await pagescope([...words, at('report'), '--format', format])).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(at('report'), 'utf8')).toMatch(beginning);
  });

  it('that is there is refused before anything is run, and stays as it was', async () => {
    writeFileSync(at('report.json'), 'before');
    expect(await pagescope([...words, at('report.json')])).toMatchObject({
      stdout: '',
      stderr: `${at('report.json')} is there already; choose another file, or replace it with --force.\n`,
      status: 2,
    });
    expect(readFileSync(at('report.json'), 'utf8')).toBe('before');
  });

  it('is replaced with --force, not written over: who has the old one open keeps it whole', async () => {
    writeFileSync(at('report.json'), 'before');
    linkSync(at('report.json'), at('held'));
    expect(await pagescope([...words, at('report.json'), '--force'])).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(at('held'), 'utf8')).toBe('before');
    expect(reportIn(at('report.json')).outcome).toBe('completed');
  });

  it('stays as it was when the new one cannot be written whole, and nothing is left beside it', async () => {
    writeFileSync(at('report.json'), 'before');
    // Room for the first KiB of it; the compiled code that Node keeps would need more.
    const small = { prefix: ['prlimit', '--fsize=1024'] };
    const ended = await pagescope([...words, at('report.json'), '--force'], { NODE_DISABLE_COMPILE_CACHE: '1' }, small);
    expect(ended.status).toBe(2);
    expect(ended.stderr).toMatch(/report\.json cannot be written: EFBIG.*Choose another file\.\n$/);
    expect(readFileSync(at('report.json'), 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['report.json']);
  });

  it('stays as it was when the run is refused', async () => {
    writeFileSync(at('report.json'), 'before');
    expect((await pagescope([...words, at('report.json'), '--force', '--set', 'pages=0'])).status).toBe(2);
    expect(readFileSync(at('report.json'), 'utf8')).toBe('before');
  });

  it('may not be a folder, which is told before anything is run, in the language asked for', async () => {
    mkdirSync(at('folder'));
    const { stdout, stderr, status } = await pagescope([...words, at('folder'), '--lang', 'zh']);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toBe(`${at('folder')} 是文件夹。请指定其中的文件。\n`);
  });

  it('stays a symbolic link, and the file behind it is written', async () => {
    symlinkSync(at('behind.json'), at('early'));
    await pagescope([...words, at('early')]);
    symlinkSync(at('behind.json'), at('late'));
    await pagescope([...words, at('late'), '--force']);
    expect(['early', 'late'].map((name) => lstatSync(at(name)).isSymbolicLink())).toEqual([true, true]);
    expect(reportIn(at('behind.json')).outcome).toBe('completed');
  });

  it('stays a pipe, and its reader gets the report', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const [read] = await Promise.all([readFile(at('pipe'), 'utf8'), pagescope([...words, at('pipe')])]);
    expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
    expect(reportSchema.parse(JSON.parse(read)).outcome).toBe('completed');
  });

  it('may have a name as long as a name can be', async () => {
    const long = at('n'.repeat(255));
    expect(await pagescope([...words, long])).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(long)).toBe(true);
  });
});
