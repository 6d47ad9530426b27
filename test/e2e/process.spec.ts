import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Page } from '@playwright/test';
import { compiledProgram, hasCompiler } from '../support/compile.ts';
import { consoleOf, expectNoViolations } from '../support/e2e/accessibility.ts';
import { expect, test } from '../support/e2e/fixtures.ts';

/** Locks 128 KiB of the 256 KiB that it may, and takes orders: t touches 512 KiB more, x executes another program. */
const source = `
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
int main(void) {
  struct rlimit limit = {256 << 10, 256 << 10};
  setrlimit(RLIMIT_MEMLOCK, &limit);
  if (getuid() == 0 && (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))) return 1;
  prctl(PR_SET_DUMPABLE, 1);
  prctl(PR_SET_NAME, "pagescope held");
  char *bytes = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (bytes == MAP_FAILED || mlock(bytes, 128 << 10)) return 2;
  madvise(bytes + (128 << 10), (1 << 20) - (128 << 10), MADV_NOHUGEPAGE);
  puts("ready");
  fflush(stdout);
  for (int order; (order = getchar()) != EOF;) {
    if (order == 't') for (long at = 128 << 10; at < 640 << 10; at += 1024) bytes[at] = 1;
    if (order == 'x') execlp("sleep", "sleep", "60", NULL);
  }
}
`;

async function withHeld(use: (held: ChildProcessWithoutNullStreams) => Promise<void>): Promise<void> {
  using program = compiledProgram(source);
  const held = spawn(program.path, { stdio: 'pipe' });
  try {
    await once(held.stdout, 'data');
    await use(held);
  } finally {
    held.kill('SIGKILL');
  }
}

const turnTo = (page: Page, pid: number | undefined) =>
  page.evaluate((hash) => {
    window.location.hash = hash;
  }, `#/processes/${pid}`);

test.skip(!hasCompiler(), 'there is no cc here (apt install gcc libc6-dev)');

test('a process is its sentence, mappings and pages, and what it touches since is a difference', async ({ page }) => {
  const said = consoleOf(page);
  await withHeld(async (held) => {
    await turnTo(page, held.pid);
    const sentence = page.getByText('pagescope held has');
    await expect(sentence).toContainText(
      '128 KiB of the 256 KiB it may lock. An mlock of more than 128 KiB would now fail with ENOMEM.',
    );
    await expect(page).toHaveURL(/#\/processes\/\d+\?%40start=\d+/);
    const mappings = page.getByRole('tree', { name: 'Mappings by what they are of' });
    await expect(mappings.getByRole('treeitem', { name: /^Anonymous/ })).toBeVisible();
    await expect(page.getByRole('application', { name: /: \d+ locked$/ })).toBeVisible();
    // By keys: a search, the row that it found, its pages.
    await page.getByRole('searchbox').fill('stack');
    await expect(mappings.getByRole('treeitem')).toHaveCount(1);
    await mappings.focus();
    const grids = await page.getByRole('application').count();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('application')).toHaveCount(grids + 1);
    await expect(mappings.getByRole('treeitem')).toHaveAttribute('aria-selected', 'true');
    await page.getByRole('tab', { name: 'Differences' }).click();
    await page.getByRole('button', { name: 'Compare from here' }).click();
    held.stdin.write('t\n');
    const changed = page.getByRole('region', { name: 'What changed, most bytes first' }).getByRole('listitem');
    await expect(changed.first()).toContainText('+512 KiB resident');
    // Its pages are not shown: counts alone tell.
    await expect(changed.first()).toContainText('≈');
    await page.getByRole('tab', { name: /^Mappings/ }).click();
    // An instant that is held has the sentence and the list of then.
    const now = page.getByText('pagescope held has');
    const resident = await now.textContent();
    await page.getByRole('slider', { name: /^Time of the session/ }).press('Home');
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('note').filter({ hasText: /^As the look at .* found it\.$/ })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('note').filter({ hasText: 'As the look at' })).toBeHidden();
    await expect(now).toHaveText(resident ?? '');
    await expectNoViolations(page);
  });
  expect(said).toEqual([]);
});

test('exec, exit and a pid that nobody has are sentences over what was seen', async ({ page }) => {
  await withHeld(async (held) => {
    await turnTo(page, held.pid);
    await expect(page.getByRole('application').first()).toBeVisible();
    held.stdin.write('x\n');
    await expect(page.getByRole('alert')).toContainText('executed another program');
    await expect(page.getByRole('treeitem').first()).toBeVisible();
    await page.getByRole('button', { name: 'Look at what has this pid now' }).click();
    await expect(page.getByRole('heading', { name: 'Process sleep' })).toBeVisible();
    held.kill('SIGKILL');
    await expect(page.getByRole('alert')).toContainText('ended');
    await expect(page.getByRole('treeitem').first()).toBeVisible();
    await turnTo(page, 2 ** 30);
    await expect(page.getByRole('alert')).toContainText('no process');
  });
});
