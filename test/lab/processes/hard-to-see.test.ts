/** What other processes may be, and how /proc may be mounted, that makes them hard to look at. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { lookAtProcess } from '../../../lab/processes/look-at-process.ts';
import { ProcessTable } from '../../../lab/processes/process-table.ts';
import { Target as Opened } from '../../../lab/processes/target.ts';
import { WatchedProcess } from '../../../lab/processes/watched-process.ts';
import { procStat } from '../../../native/proc/proc-stat.ts';
import type { ProcessLook } from '../../../protocol/process-look.ts';
import type { Processes } from '../../../protocol/processes.ts';
import { attach, attachingLab, targetUntil } from '../../support/attached.ts';
import { compiledProgram, skipWithoutCompiler } from '../../support/compile.ts';
import { never } from '../../support/harness.ts';
import { Target } from '../../support/target.ts';
import { nobody } from '../../support/users.ts';

const supported = (name: string): string => fileURLToPath(new URL(`../../support/${name}`, import.meta.url));
const isRoot = process.geteuid?.() === 0;

interface Listed {
  readonly table: Processes;
  readonly looks: readonly string[];
  /** Its own number, and that of the process of root's. */
  readonly pid: number;
  readonly other: number;
}

/**
 * What an ordinary user sees in namespaces whose /proc is mounted so, where there is one process of root's beside its
 * own. Skips the test, with the reason, where that can't be had.
 */
function listedUnder(context: TestContext, options: string): Listed {
  if (!isRoot) context.skip('only root may mount another /proc');
  const begun = `mount -t proc -o ${options} proc /proc || exit 77; sleep 100 & exec "$@" $!`;
  const command = [...nobody, process.execPath, supported('table-child.ts')];
  const words = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', begun, 'sh', ...command];
  const ran = spawnSync('unshare', words, { encoding: 'utf8', env: { ...process.env, HOME: '/tmp' } });
  if (ran.error || ran.status === 77 || /unshare failed/.test(ran.stderr)) {
    context.skip(`no namespace with a /proc of ${options} is to be had here: ${ran.error?.message ?? ran.stderr}`);
  }
  return JSON.parse(ran.stdout);
}

describe('a /proc that', () => {
  it('hides others (hidepid=2) has nothing of them, and says so', (context) => {
    const { table, looks, pid, other } = listedUnder(context, 'hidepid=2');
    expect(table.rows.map((row) => row.pid)).toEqual([pid]);
    expect(table.hidden?.en).toMatch(/hidepid=invisible: other users’ processes are missing/);
    expect(looks).toEqual([`There is no process ${other} here; pagescope process lists those that are.`]);
  });

  it('lets nothing of others be read (hidepid=1) has their numbers, and why the rest is unknown', (context) => {
    const { table, looks, other: pid } = listedUnder(context, 'hidepid=1');
    const other = table.rows.find((row) => row.pid === pid);
    expect(other).toMatchObject({ kind: 'unknown', name: null, uid: 0, rssBytes: null, vmLckBytes: null });
    expect(other?.reason?.en).toMatch(/belongs to uid 0, and \/proc is mounted with hidepid/);
    expect(looks).toEqual([expect.stringMatching(/nothing may be read: \/proc is mounted with hidepid/)]);
  });

  it('has processes alone (subset=pid) lists them; what the machine locks is unknown, not 0', (context) => {
    const { table, other } = listedUnder(context, 'subset=pid');
    expect(table.rows.find(({ pid }) => pid === other)).toMatchObject({ name: 'sleep', vmLckBytes: 0 });
    expect(table.machine).toMatchObject({ memTotalBytes: null, mlockedBytes: null, maxMappings: null });
    expect(table.hidden?.en).toMatch(/subset=pid/);
  });
});

describe('a process', () => {
  it('with ten thousand threads is listed and looked at like any other', async (context) => {
    skipWithoutCompiler(context);
    const threads = 10_000;
    const source = `#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
static void *rest(void *with) { pause(); return with; }
int main(void) {
  const size_t each = 16 << 10;
  char *stacks = mmap(NULL, ${threads} * each, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pthread_attr_t how;
  pthread_t thread;
  if (stacks == MAP_FAILED || pthread_attr_init(&how)) return 1;
  int refused = 0;
  for (long i = 0; i < ${threads} && !refused; i++) {
    pthread_attr_setstack(&how, stacks + i * each, each);
    refused = pthread_create(&thread, &how, rest, NULL);
  }
  printf("%d\\n", refused);
  fflush(stdout);
  pause();
}`;
    using program = compiledProgram(source);
    const child = spawn(program.path, { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [printed] = await once(child.stdout, 'data');
    const refused = Number(String(printed));
    if (refused !== 0) context.skip(`so many threads are not to be had here: pthread_create answered ${refused}`);
    const pid = child.pid ?? 0;
    const look = await lookAtProcess(pid, { smaps: true });
    expect(look.process.threads).toBe(threads + 1);
    const stacks = look.mappings?.find(({ kind, pages }) => kind === 'anonymous' && pages >= threads * 4);
    // Each has touched one page of its stack at least.
    expect(stacks?.residentPages).toBeGreaterThanOrEqual(threads);
    using table = new ProcessTable();
    expect((await table.since(0)).rows.find((row) => row.pid === pid)?.threads).toBe(threads + 1);
  });

  it('that forbids half-way that it is looked at keeps what may be read, and says what may not', async (context) => {
    skipWithoutCompiler(context);
    const who = isRoot ? nobody : [];
    const target = await Target.start('closing', [], who);
    const [command = '', ...words] = [...who, process.execPath, supported('look-again-child.ts'), `${target.pid}`];
    const child = spawn(command, words, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, HOME: tmpdir() },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const look = async (): Promise<ProcessLook> => JSON.parse((await lines.next()).value ?? '');
    const half = `0x${target.region('half').start.toString(16)}`;
    const of = ({ mappings }: ProcessLook) => mappings?.find(({ start }) => start === half);
    const before = await look();
    expect(of(before)).toMatchObject({ residentPages: 32, pssBytes: 32 * 4096 });
    expect(before.reasons).toEqual([]);
    await target.order('p');
    await target.order('t');
    child.stdin.write('again\n');
    const after = await look();
    // What is open stays open: pages are still counted. smaps is opened anew, and refused.
    expect(of(after)).toMatchObject({ residentPages: 48, pssBytes: null });
    expect(after.reasons.map(({ en }) => en).join()).toMatch(/smaps.*EACCES/);
  });

  it('whose file has a line end and an escape in its name is one line, and no text repeats them', async (context) => {
    skipWithoutCompiler(context);
    const folder = mkdtempSync(join(tmpdir(), 'pagescope-name-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'one\n\u001b[31mred (deleted)\\012');
    writeFileSync(file, Buffer.alloc(4096));
    using program = compiledProgram(`#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
int main(int count, char **words) {
  int fd = open(words[count - 1], O_RDONLY);
  volatile char *at = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
  if (at == MAP_FAILED) return 1;
  printf("%p %d\\n", (void *)at, at[0]);
  fflush(stdout);
  pause();
}`);
    const child = spawn(program.path, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [printed] = await once(child.stdout, 'data');
    const address = String(printed).split(' ')[0] ?? '';
    const { mappings } = await lookAtProcess(child.pid ?? 0);
    expect(mappings?.find(({ start }) => start === address)).toMatchObject({
      kind: 'file',
      pages: 1,
      residentPages: 1,
    });
    await using lab = attachingLab();
    const session = await attach(lab, child.pid ?? 0);
    await targetUntil(lab, () => true);
    await lab.service.openMapping({ session, address }, never);
    const names = [lab.reader.of('region').at(-1)?.region.name, lab.reader.of('step').at(-1)?.step.title.en];
    for (const name of names) expect(name).toMatch(/one\\012\?\[31mred \(deleted\)/);
  });

  it('that has the number of one that ended is another: nothing takes it for that', async (context) => {
    skipWithoutCompiler(context);
    if (!isRoot) context.skip('only root may choose the number of the next process');
    const target = await Target.start('first');
    const { pid } = target;
    const stat = procStat(pid);
    if (stat.errno !== null) throw new Error('The target is there.');
    using watched = new WatchedProcess(pid);
    await watched.since(0);
    using table = new ProcessTable();
    const { sequence } = await table.since(0);
    await target.end();
    const again = await withNumber(context, pid);
    onTestFinished(() => void again.kill('SIGKILL'));
    expect(() => watched.ask()).toThrow(/ended/);
    expect(() => new Opened(pid, stat.startTicks)).toThrow(/pid \d+ is another's by now/);
    const row = (await table.since(sequence)).rows.find((each) => each.pid === pid);
    expect(row).toMatchObject({ name: 'sleep' });
    expect(row?.startTicks).toBeGreaterThan(stat.startTicks);
  });
});

/** A `sleep` with this number, which was another's; skips the test where nobody gets it in many attempts. */
async function withNumber(context: TestContext, pid: number) {
  for (let time = 0; time < 50; time++) {
    try {
      writeFileSync('/proc/sys/kernel/ns_last_pid', `${pid - 1}`);
    } catch (error) {
      context.skip(`this kernel does not let the next number be chosen: ${error}`);
    }
    const child = spawn('sleep', ['100'], { stdio: 'ignore' });
    if (child.pid === pid) return child;
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  return context.skip('other processes were faster at getting the number');
}
