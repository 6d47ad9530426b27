import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { childrenOf } from '../../../lab/isolation/child-processes.ts';
import { lookAt, lookAtProcess } from '../../../lab/processes/look-at-process.ts';
import { Target as Opened } from '../../../lab/processes/target.ts';
import { pageSize } from '../../../native/libc/sysconf.ts';
import { features } from '../../../native/probes/features.ts';
import { readText } from '../../../native/proc/proc-file.ts';
import { procStat } from '../../../native/proc/proc-stat.ts';
import { readSmaps, type SmapsEntry } from '../../../native/proc/smaps.ts';
import { PageFlag } from '../../../protocol/flags.ts';
import { mappingGroups, processLookSchema, type TargetMapping } from '../../../protocol/process-look.ts';
import { chromiumOrWhy } from '../../../scripts/chromium.mjs';
import { attach, attachingLab } from '../../support/attached.ts';
import { compiledProgram, skipWithoutCompiler } from '../../support/compile.ts';
import { never } from '../../support/harness.ts';
import { Target } from '../../support/target.ts';
import { nobody } from '../../support/users.ts';
import { ZramSwap } from '../../support/zram.ts';

const size = pageSize();
const witness = readFileSync(fileURLToPath(new URL('../../support/count-pages.c', import.meta.url)), 'utf8');

const hex = (address: bigint): string => `0x${address.toString(16)}`;
const at = (mappings: readonly TargetMapping[] | null, { start }: { start: bigint }) =>
  mappings?.find((mapping) => mapping.start === hex(start));

/** What an independent program reads of the same ranges: present and swapped pages. */
function counted(pid: number, mappings: readonly TargetMapping[]): { present: number; swapped: number }[] {
  using program = compiledProgram(witness);
  const ranges = mappings.flatMap(({ start, end }) => [start, end]);
  const printed = execFileSync(program.path, [`${pid}`, ...ranges], { encoding: 'utf8' });
  return printed
    .trim()
    .split('\n')
    .map((line) => {
      const [present = 0, swapped = 0] = line.split(' ').map(Number);
      return { present, swapped };
    });
}

function smapsOf(pid: number): Map<string, SmapsEntry> {
  const entries = new Map<string, SmapsEntry>();
  readSmaps(pid, (entry) => entries.set(hex(entry.start), entry));
  return entries;
}

/** A renderer of the tests' own Chromium, at rest; skips the test where there is none that runs here. */
async function renderer(context: TestContext): Promise<number> {
  const chromium = chromiumOrWhy();
  if ('why' in chromium) return context.skip(chromium.why);
  const { executablePath, args, env } = chromium;
  const words = [...args, '--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0', 'about:blank'];
  const profile = mkdtempSync(join(tmpdir(), 'pagescope-chromium-'));
  const browser = spawn(executablePath, [...words, `--user-data-dir=${profile}`], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  onTestFinished(async () => {
    // Its processes are a group of their own.
    if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
    if (browser.exitCode === null && browser.signalCode === null) await once(browser, 'exit');
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  let said = '';
  for await (const piece of browser.stderr) {
    said += piece;
    if (said.includes('DevTools listening')) break;
  }
  if (!said.includes('DevTools listening')) return context.skip(`Chromium does not run here: ${said.slice(-300)}`);
  for (;;) {
    const pid = descendantsOf(browser.pid ?? 0).find((each) => commandOf(each).includes('--type=renderer'));
    if (pid !== undefined) return stopped(pid);
    await setTimeout(5);
  }
}

const descendantsOf = (pid: number): number[] => childrenOf(pid).flatMap((each) => [each, ...descendantsOf(each)]);

const commandOf = (pid: number): string => {
  const read = readText(`/proc/${pid}/cmdline`);
  return read.errno === null ? read.text : '';
};

/** Stopped, it changes nothing between two witnesses. */
async function stopped(pid: number): Promise<number> {
  process.kill(pid, 'SIGSTOP');
  while (stateOf(pid) !== 'T') await setTimeout(5);
  return pid;
}

/** A Node process at rest. */
async function node(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); process.stdin.resume()'], { stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  if (child.pid === undefined) throw new Error('Node did not start.');
  return stopped(child.pid);
}

/** A JVM that has begun, with what it does afterwards still before it. */
async function jvm(context: TestContext): Promise<number> {
  const words = ['-Xmx64m', '-XX:-UsePerfData', '-showversion', '-m', 'java.rmi/sun.rmi.registry.RegistryImpl', '0'];
  const child = spawn('java', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stderr, 'data').catch(() => {});
  return child.pid === undefined
    ? context.skip('there is no java here (apt install default-jre-headless)')
    : stopped(child.pid);
}

/** The first process of a database that serves nobody. */
async function postgres(context: TestContext): Promise<number> {
  const [bin] = globSync('/usr/lib/postgresql/*/bin');
  if (bin === undefined) return context.skip('there is no PostgreSQL here (apt install postgresql)');
  const data = mkdtempSync(join(tmpdir(), 'pagescope-postgres-'));
  // It refuses to run as root.
  const prefix = process.getuid?.() === 0 ? nobody : [];
  if (prefix.length > 0) chownSync(data, 65534, 65534);
  const [command = '', ...words] = [...prefix, join(bin, 'initdb'), '-D', data, '-N', '-A', 'trust', '--locale=C'];
  execFileSync(command, words, { stdio: 'pipe' });
  const server = [join(bin, 'postgres'), '-D', data, '-c', 'listen_addresses=', '-k', data, '-B', '64'];
  const [first = '', ...rest] = [...prefix, ...server];
  const child = spawn(first, rest, { stdio: 'pipe' });
  onTestFinished(async () => {
    child.kill('SIGCONT');
    // At once, and what it shares is taken back.
    child.kill('SIGQUIT');
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(data, { recursive: true, force: true });
  });
  let said = '';
  for await (const piece of child.stderr) {
    said += piece;
    if (said.includes('ready to accept')) return stopped(child.pid ?? 0);
  }
  throw new Error(`PostgreSQL did not start: ${said}`);
}

const programs = {
  'the C program': async () => (await Target.start()).pid,
  Node: node,
  'a renderer of Chromium': renderer,
  'a JVM': jvm,
  PostgreSQL: postgres,
} satisfies Record<string, (context: TestContext) => Promise<number>>;

function stateOf(pid: number): string {
  const stat = procStat(pid);
  return stat.errno === null ? stat.state : '';
}

describe('a process that is looked at', () => {
  it('has its regions with the pages that its program touched, locked, named and guarded', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    const look = await lookAtProcess(target.pid);
    expect(processLookSchema.parse(look).process.pid).toBe(target.pid);
    const of = (name: string) => at(look.mappings, target.region(name));
    expect(of('half')).toMatchObject({ kind: 'anonymous', pages: 64, residentPages: 32, swappedPages: 0 });
    expect(of('memfd')).toMatchObject({ kind: 'memfd', name: 'kept', pages: 8, residentPages: 8 });
    expect(of('shared')).toMatchObject({ kind: 'shmem', pages: 8, residentPages: 2 });
    const name = of('named');
    expect(name).toMatchObject({ pages: 8, residentPages: 4 });
    // Without CONFIG_ANON_VMA_NAME the kernel refuses a name.
    if (name?.kind !== 'anonymous') expect(name).toMatchObject({ kind: 'named', name: 'pagescope test' });
    if (target.mayLock) {
      expect(of('locked')).toMatchObject({ residentPages: 16, lockedPages: 16, locked: 'locked' });
      expect(of('half')).toMatchObject({ lockedPages: 0, locked: 'no' });
    }
    const read = of('read');
    expect(read?.residentPages).toBe(8);
    if (features()['zero-page'].status === 'available') expect(read?.zeroPages).toBe(8);
    const guarded = of('guarded');
    expect(guarded?.residentPages).toBe(4);
    if (features()['guard-install'].status === 'available' && guarded?.guardPages !== 0)
      expect(guarded?.guardPages).toBe(8);
  });

  it.for(Object.keys(programs) as (keyof typeof programs)[])(
    'has as many pages as smaps and an independent program count, of %s',
    async (who, context) => {
      const pid = await programs[who](context);
      const look = await lookAtProcess(pid, { smaps: true });
      const mappings = look.mappings ?? [];
      expect(mappings.length).toBeGreaterThan(10);
      // Of what is only reserved, terabytes at Chromium, the witness would read each page: smaps has it too.
      const read = mappings.filter(({ pages }) => pages <= 2 ** 16);
      const pages = counted(pid, read);
      expect(
        read.map(({ residentPages, swappedPages }) => ({ present: residentPages, swapped: swappedPages })),
      ).toEqual(pages);
      const smaps = smapsOf(pid);
      for (const { start, name, residentPages, zeroPages, locked, pssBytes, dirtyBytes } of mappings) {
        const entry = smaps.get(start);
        if (!entry) throw new Error(`smaps has no ${start} ${name}.`);
        // Pages of the kernel's own mappings are of no Rss.
        if (!name.startsWith('['))
          expect(((residentPages ?? 0) - (zeroPages ?? 0)) * size, `${start} ${name}`).toBe(entry.rssBytes);
        // Of a file, others may come and go.
        if (name === '')
          expect({ pssBytes, dirtyBytes }).toEqual({ pssBytes: entry.pssBytes, dirtyBytes: entry.dirtyBytes });
        expect(locked).toBe(entry.onFault ? 'on-fault' : entry.locked ? 'locked' : 'no');
      }
      expect(mappingGroups(mappings).reduce((sum, { mappings }) => sum + mappings, 0)).toBe(
        smaps.size - Number(smaps.has(hex(0xffffffffff600000n))),
      );
    },
  );

  it('has as many swapped pages as smaps and an independent program count, in the list and as flags', async (context) => {
    skipWithoutCompiler(context);
    using _swap = ZramSwap.on(context, 64 << 20);
    const pages = 1024;
    using program = compiledProgram(`#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
int main(void) {
  char *at = mmap(NULL, ${pages} * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return 1;
  madvise(at, ${pages} * 4096, MADV_NOHUGEPAGE);
  for (int i = 0; i < ${pages}; i++) memset(at + i * 4096, i, 4096);
  for (int i = 0; i < ${pages}; i += 4) madvise(at + i * 4096, 2 * 4096, 21 /* MADV_PAGEOUT, Linux 5.4 */);
  printf("%p\\n", (void *)at);
  fflush(stdout);
  pause();
}`);
    const child = spawn(program.path, { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [printed] = await once(child.stdout, 'data');
    const pid = child.pid ?? 0;
    const address = Number(String(printed));
    const around = ({ start, end }: { start: string; end: string }) =>
      Number(start) <= address && address < Number(end);
    const { mappings, process: row } = await lookAtProcess(pid, { smaps: true });
    const mapping = mappings?.find(around);
    if (!mapping) throw new Error('It is mapped.');
    expect(mapping.swappedPages).toBe(pages / 2);
    expect((mapping.swappedPages ?? 0) * size).toBe(smapsOf(pid).get(mapping.start)?.swapBytes);
    expect(counted(pid, [mapping])).toEqual([{ present: mapping.residentPages, swapped: mapping.swappedPages }]);
    expect(row.swapBytes).toBeGreaterThanOrEqual((pages / 2) * size);
    await using lab = attachingLab();
    const session = await attach(lab, pid);
    const { region } = await lab.service.openMapping({ session, address: mapping.start }, never);
    await lab.reader.until(() => lab.reader.states.has(region));
    const flags = lab.reader.states.get(region)?.flags ?? new Uint8Array();
    expect(flags.filter((byte) => byte & PageFlag.Swapped).length).toBe(pages / 2);
    expect(flags.filter((byte) => byte & PageFlag.Present).length).toBe(mapping.residentPages);
  });

  it('by pagemap, as before Linux 6.7, has the same pages, and does not know zero, huge and guard pages', async () => {
    const pid = await node();
    const scan = await lookAtProcess(pid);
    const old = await lookAtProcess(pid, { way: 'pagemap' });
    for (const [index, mapping] of (old.mappings ?? []).entries()) {
      expect(mapping).toMatchObject({ zeroPages: null, hugePages: null, guardPages: null });
      if (mapping.residentPages === null) expect(mapping.pages).toBeGreaterThan(2 ** 20);
      else expect(mapping.residentPages).toBe(scan.mappings?.[index]?.residentPages);
    }
    expect(old.reasons.map(({ en }) => en).join(' ')).toMatch(/no PAGEMAP_SCAN \(Linux 6\.7\)/);
  });

  it('that executes another program while it is looked at is told as such', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    using opened = new Opened(target.pid);
    await target.order('e');
    await expect(lookAt(opened)).rejects.toThrow(/executed another program/);
    expect((await lookAtProcess(target.pid)).process.name).toBe('again');
  });

  it('that ends while it is looked at is told as such, and then it is not there', async (context) => {
    skipWithoutCompiler(context);
    const target = await Target.start();
    using opened = new Opened(target.pid);
    await target.end();
    await expect(lookAt(opened)).rejects.toThrow(/ended while it was looked at/);
    await expect(lookAtProcess(target.pid)).rejects.toThrow(`There is no process ${target.pid} here`);
  });

  it('that is a thread of the kernel, or a zombie, is refused with a sentence', async (context) => {
    const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 100'], { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [printed] = await once(parent.stdout, 'data');
    const zombie = Number(String(printed));
    while (stateOf(zombie) !== 'Z') await setTimeout(5);
    await expect(lookAtProcess(zombie)).rejects.toThrow(/it is a zombie/);
    const thread = readdirSync('/proc')
      .map(Number)
      .find((pid) => {
        const stat = pid > 0 ? procStat(pid) : undefined;
        return stat?.errno === null && stat.kernelThread;
      });
    if (thread === undefined) return context.skip('no thread of the kernel is to be seen here');
    await expect(lookAtProcess(thread)).rejects.toThrow(/thread of the kernel/);
  });

  it('of another user, or not dumpable, is unknown with the reason, and what the world may read is there', async (context) => {
    skipWithoutCompiler(context);
    if (process.geteuid?.() !== 0) context.skip('only root may start processes of two users');
    const others = await Target.start('of-root');
    const own = await Target.start('secretive', ['not-dumpable'], nobody);
    const script = fileURLToPath(new URL('../../support/look-child.ts', import.meta.url));
    const looksAs = ([command = '', ...words]: readonly string[], ...pids: number[]) =>
      JSON.parse(
        execFileSync(command, [...words, process.execPath, script, ...pids.map(String)], {
          encoding: 'utf8',
          env: { ...process.env, HOME: '/tmp' },
        }),
      );
    const looks = looksAs(nobody, others.pid, own.pid);
    expect(looks).toMatchObject([
      { process: { name: 'of-root', uid: 0, vmLckBytes: expect.any(Number) }, mappings: null },
      { process: { name: 'secretive', uid: 65534, rssBytes: expect.any(Number) }, mappings: null },
    ]);
    expect(looks[0].reasons[0].en).toMatch(/unknown: it belongs to uid 0.*sudo pagescope process/);
    expect(looks[1].reasons[0].en).toMatch(/not dumpable.*only root may read/);
    // Sudo would not help who is root already.
    for (const { reasons } of looksAs(['setpriv', '--inh-caps=-all', '--bounding-set=-all'], others.pid, own.pid))
      expect(reasons[0].en).toMatch(/^unknown: .*Root lacks capabilities here(?!.*sudo)/);
  });
});
