/**
 * What a second process does for a rule: sets something up, says so in one line of JSON, and undoes it when its
 * standard input ends. That is also how it learns that the rule's process is gone, so whatever happens there, nothing
 * is left.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, ftruncateSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { getrandom, memset } from '../native/calls/bytes.ts';
import { memfdSecret } from '../native/calls/memfd.ts';
import { mlock } from '../native/calls/mlock.ts';
import { MADV, MAP, madvise, mmap, PROT } from '../native/calls/mman.ts';
import { getrlimit, RLIMIT, setrlimit } from '../native/calls/resource.ts';
import { SIG, signal } from '../native/calls/signals.ts';
import type { Text } from '../native/errno-meanings/text.ts';
import { pageSize } from '../native/libc/sysconf.ts';
import { MARK_BYTES, type MarkName, markByte } from './rules/core-marks.ts';
import { lockEverything } from './rules/lock-everything.ts';

/** The line: ready, with what was measured; or why not. */
export type Said = { readonly ready: true; readonly told?: string } | { readonly skip: Text };

/** It can't be set up here; the reason is a sentence. */
class Cannot extends Error {
  readonly reason: Text;

  constructor(reason: Text) {
    super(reason.en);
    this.reason = reason;
  }
}

/** Carries out a role by its name. */
export function act(role: string, words: readonly string[]): void {
  // Ctrl-C reaches the whole process group; the end of standard input comes after it, and undoes.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {});
  const [word = ''] = words;
  try {
    if (role === 'lock-file') lockFile(word);
    else if (role === 'swap') swap();
    else if (role === 'dump-core') dumpCore();
    else if (role === 'lock-all') say({ ready: true, told: JSON.stringify(lockEverything(Number(word))) });
    else throw new Error(`There is no role ${role}.`);
  } catch (error) {
    if (!(error instanceof Cannot)) throw error;
    say({ skip: error.reason });
  }
}

function say(said: Said): void {
  writeSync(1, `${JSON.stringify(said)}\n`);
}

/** Blocks until the other side closes the pipe, or is gone. */
function untilInputEnds(): void {
  const byte = new Uint8Array(1);
  while (readSync(0, byte) > 0);
}

function lockFile(path: string): void {
  const length = 8 * pageSize();
  const mapped = mmap(null, length, PROT.READ | PROT.WRITE, MAP.SHARED, openSync(path, 'r+'), 0);
  if (mapped.errno !== null)
    throw new Cannot({ en: `A file can't be mapped: ${mapped.errno}.`, zh: `文件无法映射：${mapped.errno}。` });
  const locked = mlock(mapped.returned, length);
  if (locked.errno !== null)
    throw new Cannot({
      en: `The file's pages can't be locked: ${locked.errno}.`,
      zh: `文件的页无法锁定：${locked.errno}。`,
    });
  say({ ready: true });
  untilInputEnds();
}

const ZRAM = '/sys/class/zram-control';

/** Compressed memory as the last swap area to be used. */
function swap(): void {
  if (!existsSync(ZRAM))
    throw new Cannot({
      en: 'This kernel has no zram to swap to (CONFIG_ZRAM), or /sys can’t be seen.',
      zh: '此内核没有可用作交换区的 zram（CONFIG_ZRAM），或看不到 /sys。',
    });
  const number = trying({ en: 'A zram device can’t be made here', zh: '此处无法建立 zram 设备' }, () =>
    readFileSync(`${ZRAM}/hot_add`, 'latin1').trim(),
  );
  const device = `/dev/zram${number}`;
  let swapping = false;
  try {
    trying({ en: 'A zram device can’t be sized', zh: '无法设定 zram 设备的大小' }, () =>
      writeFileSync(`/sys/block/zram${number}/disksize`, '64M'),
    );
    run('mkswap', device);
    run('swapon', device);
    swapping = true;
    say({ ready: true });
    untilInputEnds();
  } finally {
    if (swapping) spawnSync('swapoff', [device]);
    // Each by itself: one that fails must not keep the other from being done.
    undo(`/sys/block/zram${number}/reset`, '1');
    undo(`${ZRAM}/hot_remove`, number);
  }
}

function trying<T>(what: Text, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    throw new Cannot({ en: `${what.en}: ${why}.`, zh: `${what.zh}：${why}。` });
  }
}

function run(command: string, device: string): void {
  const ran = spawnSync(command, [device], { encoding: 'utf8' });
  if (ran.status === 0) return;
  const why = `${command} ${device}: ${ran.error?.message ?? ran.stderr.trim()}`;
  throw new Cannot({ en: `${why}.`, zh: `${why}。` });
}

function undo(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    process.stderr.write(`Writing ${text} to ${file} failed: ${error}\n`);
  }
}

/** Writes a mark into a page of each kind and aborts, in the working folder. */
function dumpCore(): void {
  const core = getrlimit(RLIMIT.CORE);
  if (core.errno !== null || core.hard !== 'unlimited')
    throw new Cannot({
      en: 'The hard limit of CORE keeps core files small.',
      zh: 'CORE 的硬上限不允许足够大的 core 文件。',
    });
  setrlimit(RLIMIT.CORE, { soft: core.hard, hard: core.hard });
  mark('plain', page());
  const dropped = page();
  madvise(dropped, pageSize(), MADV.DONTDUMP);
  mark('dontdump', dropped);
  const taken = page();
  madvise(taken, pageSize(), MADV.DONTDUMP);
  madvise(taken, pageSize(), MADV.DODUMP);
  mark('dodump', taken);
  const secret = memfdSecret();
  if (secret.errno === null) {
    ftruncateSync(secret.returned, pageSize());
    const taken = page(MAP.SHARED, secret.returned);
    // Beyond the limit a plain store may be SIGBUS, and this call is EFAULT.
    const stored = getrandom(taken, 1);
    if (stored.errno !== null)
      throw new Cannot({ en: `No secret page may be had: ${stored.errno}.`, zh: `无法获得机密页：${stored.errno}。` });
    mark('secret', taken);
  }
  say({ ready: true });
  signal('SIGABRT', SIG.DFL);
  process.abort();
}

function page(flags: number = MAP.PRIVATE | MAP.ANONYMOUS, fd = -1): bigint {
  const mapped = mmap(null, pageSize(), PROT.READ | PROT.WRITE, flags, fd, 0);
  if (mapped.errno !== null)
    throw new Cannot({ en: `A page can't be mapped: ${mapped.errno}.`, zh: `无法映射一页：${mapped.errno}。` });
  return mapped.returned;
}

function mark(name: MarkName, address: bigint): void {
  for (let i = 0; i < MARK_BYTES; i++) memset(address + BigInt(i), markByte(name, i), 1);
}
