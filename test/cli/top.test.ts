import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { findOnPath } from '../../scripts/electron-binary.mjs';
import { bin, pagescope } from '../support/pagescope.ts';

const enter = '\u001b[?1049h';
const leave = '\u001b[?1049l';

/** Runs `pagescope top` on a terminal of its own, of 10 rows and 60 columns, and tells the terminal's state after. */
function onTerminal(context: TestContext, ...args: readonly string[]) {
  if (findOnPath(['script']) === undefined) context.skip('script is not installed (on Debian: apt install bsdutils)');
  const top = `echo pid $$; exec ${process.execPath} ${bin} top ${args.join(' ')}`;
  const command = `stty rows 10 cols 60; sh -c '${top}'; echo "status $?"; stty -a`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    stdio: 'pipe',
    env: { ...process.env, LC_ALL: 'C' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const shown = text(child.stdout);
  /** Resolves when it has drawn this, to all that it drew. */
  const drawn = (what: RegExp) =>
    new Promise<string>((resolve) => {
      let all = '';
      child.stdout.on('data', (bytes: Buffer) => {
        all += bytes.toString();
        if (what.test(all)) resolve(all);
      });
    });
  return { child, shown, drawn };
}

/** That the terminal is as it was: the screen that was there, its cursor, and lines as they are typed. */
function expectRestored(shown: string, status: number): void {
  expect(shown.indexOf(enter)).toBeGreaterThanOrEqual(0);
  expect(shown.lastIndexOf(leave)).toBeGreaterThan(shown.lastIndexOf(enter));
  expect(shown).toContain('\u001b[?25h');
  expect(shown).toContain(`status ${status}`);
  expect(shown.slice(shown.indexOf('status'))).toMatch(/ icanon .* echo /s);
}

describe('pagescope top', () => {
  it('draws within the terminal, sorts by a key, and q gives the terminal back', async (context) => {
    const { child, shown, drawn } = onTerminal(context, '--sort', 'vmlck');
    const sortedByRss = drawn(/\[r rss\]/);
    await drawn(/\[v vmlck\][\s\S]*PID/);
    child.stdin.write('r');
    await sortedByRss;
    child.stdin.write('q');
    const all = await shown;
    expectRestored(all, 0);
    const pages = all.slice(all.indexOf(enter), all.lastIndexOf(leave)).split('\u001b[H').slice(1);
    for (const page of pages) {
      const lines = page.split('\r\n');
      expect(lines.length).toBeLessThanOrEqual(10);
      for (const line of lines) expect(line.split('\u001b')[0]?.length).toBeLessThanOrEqual(60);
    }
  });

  it.for([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('gives the terminal back when %s ends it', async ([signal, status], context) => {
    const { shown, drawn } = onTerminal(context);
    const pid = /pid (\d+)/.exec(await drawn(/PID/))?.[1];
    process.kill(Number(pid), signal);
    expectRestored(await shown, status);
  });

  it('without a terminal says what to use instead, and exits 3', async () => {
    const { stdout, stderr, status } = await pagescope(['top']);
    expect({ stdout, status }).toEqual({ stdout: '', status: 3 });
    expect(stderr).toMatch(/pagescope process prints the list once/);
  });
});
