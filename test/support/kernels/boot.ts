import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Architecture, isOwn } from './architecture.ts';
import type { Kernel } from './kernel.ts';

/** How a machine is set up for the kernel. */
export interface Machine {
  readonly accelerator: 'kvm' | 'tcg';
  readonly memoryMiB: number;
  /** 0 for no swap. */
  readonly swapMiB: number;
  /** What is written into transparent_hugepage/enabled; the kernel's own setting without it. */
  readonly thp?: 'never';
  /** Who runs the experiments and checks the rules; root checks the rules in any case, those of a user among them. */
  readonly runsAs: readonly ('root' | 'user')[];
  /** More of the kernel's command line. */
  readonly parameters?: string;
}

/** What one command did on the machine. */
export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** A machine that takes longer is stopped: in emulation everything takes some minutes. */
const BOOT_TIMEOUT_MS = 20 * 60_000;
/** Every command by itself, in seconds. */
const COMMAND_TIMEOUT = 300;

/** Runs qemu to its end, its console in a file; it is killed when its time is over. */
async function qemu(command: string, args: readonly string[], log: string, timeout: number): Promise<void> {
  const child = spawn(command, ['-nodefaults', '-nographic', '-serial', 'stdio', '-no-reboot', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
    killSignal: 'SIGKILL',
  });
  const file = createWriteStream(log);
  child.stderr.pipe(file, { end: false });
  await pipeline(child.stdout, file);
}

function commandLine(architecture: Architecture, words: string): string[] {
  return ['-append', `${architecture.words} panic=-1 loglevel=4 ${words}`];
}

/**
 * KVM where a kernel really starts under it: the device may be there and not work. The machine has no disk, so the
 * initramfs says that the kernel runs and powers it off.
 */
export async function accelerator(on: Architecture, kernel: Kernel, folder: string): Promise<'kvm' | 'tcg'> {
  if (!isOwn(on)) return 'tcg';
  const log = join(folder, 'kvm.log');
  const boot = ['-kernel', kernel.image, '-initrd', kernel.initramfs, ...commandLine(on, '')];
  await qemu(on.qemu, ['-accel', 'kvm', '-cpu', 'host', '-m', '512', ...boot], log, 20_000).catch(() => {});
  return readFileSync(log, 'utf8').includes('pagescope: the kernel runs') ? 'kvm' : 'tcg';
}

/**
 * Boots a kernel, lets it run every command, and collects what they said.
 *
 * @param root the image of its root file system, which stays as it is
 * @param folder where its console and its results are left
 * @returns by user and command: `root-doctor`, `user-run-fork`
 */
export async function boot(
  on: Architecture,
  kernel: Kernel,
  root: string,
  machine: Machine,
  folder: string,
): Promise<Map<string, Said>> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const results = join(folder, 'results.img');
  const swap = join(folder, 'swap.img');
  for (const [file, mebibytes] of [
    [results, 64],
    [swap, machine.swapMiB],
  ] as const) {
    writeFileSync(file, '');
    truncateSync(file, mebibytes << 20);
  }
  const disk = (name: string, file: string, more = '') => [
    ...['-drive', `file=${file},format=raw,if=none,id=${name}${more}`],
    ...['-device', `virtio-blk-pci,drive=${name},serial=${name}`],
  ];
  const words = [
    `pagescope.seconds=${COMMAND_TIMEOUT}`,
    `pagescope.runs=${machine.runsAs.join()}`,
    ...(machine.swapMiB > 0 ? ['pagescope.swap=1'] : []),
    ...(machine.thp ? [`pagescope.thp=${machine.thp}`] : []),
    machine.parameters ?? '',
  ].join(' ');
  const log = join(folder, 'console.log');
  await qemu(
    on.qemu,
    [
      ...['-accel', machine.accelerator === 'kvm' ? 'kvm' : 'tcg,thread=multi'],
      ...(machine.accelerator === 'kvm' ? ['-cpu', 'host'] : on.machine),
      ...['-m', `${machine.memoryMiB}`, '-smp', '2'],
      ...['-kernel', kernel.image, '-initrd', kernel.initramfs, ...commandLine(on, words)],
      ...disk('root', root, ',snapshot=on'),
      ...disk('results', results),
      ...(machine.swapMiB > 0 ? disk('swap', swap) : []),
    ],
    log,
    BOOT_TIMEOUT_MS,
  );
  try {
    execFileSync('tar', ['-xf', results, '-C', folder], { stdio: 'pipe' });
  } catch {
    throw new Error(`${kernel.release} did not come to an end: ${readFileSync(log, 'utf8').slice(-2000)}`);
  } finally {
    rmSync(results);
    rmSync(swap);
  }
  const at = join(folder, 'results');
  const read = (name: string) => readFileSync(join(at, name), 'utf8');
  const names = readdirSync(at)
    .filter((name) => name.endsWith('.status'))
    .map((name) => name.slice(0, -'.status'.length));
  return new Map(
    names.map((name) => [
      name,
      { stdout: read(`${name}.json`), stderr: read(`${name}.err`), status: Number(read(`${name}.status`)) },
    ]),
  );
}
