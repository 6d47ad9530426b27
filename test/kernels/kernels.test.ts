import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { experimentIds } from '../../lab/experiments/catalogue.ts';
import { findOnPath } from '../../scripts/electron-binary.mjs';
import { inProject } from '../../scripts/project.mjs';
import { type Architecture, amd64, arm64, forProcessor } from '../support/kernels/architecture.ts';
import { accelerator, boot, type Machine } from '../support/kernels/boot.ts';
import { debianMirror, Packages, type Suite } from '../support/kernels/debian.ts';
import { counts, factsOf, unexpected } from '../support/kernels/expected.ts';
import { type Kernel, makeRoot, newestKernel } from '../support/kernels/kernel.ts';

const folder = inProject('out', 'kernels');

interface Line {
  readonly on: Architecture;
  /** The package that depends on its newest kernel. */
  readonly wanted: string;
  readonly suite: Suite;
}

/**
 * Where Debian has the newest of each line of kernels: 5.10, 6.1, 6.12 and what is newest; and for arm64, with pages of
 * 4 and of 16 KiB.
 */
const lines: readonly Line[] = [
  ...[
    { archive: 'debian-security', name: 'bullseye-security' } as const,
    { archive: 'debian-security', name: 'bookworm-security' } as const,
    { archive: 'debian-security', name: 'trixie-security' } as const,
    { archive: 'debian', name: 'trixie-backports' } as const,
  ].map((suite) => ({ on: amd64, wanted: 'linux-image-cloud-amd64', suite })),
  { on: arm64, wanted: 'linux-image-cloud-arm64', suite: { archive: 'debian-security', name: 'bookworm-security' } },
  { on: arm64, wanted: 'linux-image-arm64-16k', suite: { archive: 'debian', name: 'trixie-backports' } },
];

/** glibc, libstdc++ and busybox for the guest. */
const system: Suite = { archive: 'debian', name: 'trixie' };

const situations: readonly {
  readonly name: string;
  readonly machine: Omit<Machine, 'accelerator'>;
}[] = [
  { name: 'as Debian has it', machine: { memoryMiB: 4096, swapMiB: 0, runsAs: ['root', 'user'] } },
  {
    name: 'in need',
    machine: { memoryMiB: 768, swapMiB: 512, thp: 'never', parameters: 'secretmem.enable=1', runsAs: ['user'] },
  },
];

// Tools for file systems are in no ordinary user's path.
process.env.PATH += ':/usr/sbin:/sbin';
const tools = Object.entries({
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-system-aarch64': 'qemu-system-arm',
  cpio: 'cpio',
  mke2fs: 'e2fsprogs',
  xz: 'xz-utils',
  zstd: 'zstd',
  'dpkg-deb': 'dpkg',
});
const missing = tools.filter(([tool]) => findOnPath([tool]) === undefined).map(([, debian]) => debian);

function whyNot(): string | undefined {
  if (missing.length > 0) return `tools are missing (apt install ${missing.join(' ')})`;
  if (debianMirror() === undefined) return "this machine's apt does not know where Debian is";
  return undefined;
}

const why = whyNot();
const table: string[] = [];

/** A processor's root file system and its busybox, made once; or why they can't be had. */
const roots = new Map<string, { readonly image: string; readonly busybox: string } | string>();

function rootOf(on: Architecture) {
  const known = roots.get(on.name) ?? madeRoot(on);
  roots.set(on.name, known);
  return known;
}

function madeRoot(on: Architecture) {
  const own = join(folder, on.name);
  const unpacked = join(own, 'system');
  mkdirSync(own, { recursive: true });
  try {
    if (!existsSync(unpacked))
      new Packages(system, on.name, join(folder, 'apt')).unpack(
        ['libc6', 'libstdc++6', 'libgcc-s1', 'busybox-static'],
        unpacked,
      );
    const image = join(own, 'root.img');
    makeRoot({ system: unpacked, ...forProcessor(on, own), project: inProject(), experiments: experimentIds }, image);
    return { image, busybox: join(unpacked, 'usr/bin/busybox') };
  } catch (error) {
    return `what the machine runs could not be fetched: ${error instanceof Error ? error.message : error}`;
  }
}

afterAll(() => {
  if (table.length === 0) return;
  console.log(
    [
      '',
      '| kernel | machine | rules: held / failed / skipped | claims: held / failed / skipped |',
      '|---|---|---|---|',
      ...table,
    ].join('\n'),
  );
});

describe.for(lines)('$wanted of $suite.name', ({ on, wanted, suite }) => {
  let kernel: Kernel | undefined;
  let by: Machine['accelerator'] = 'tcg';
  let reason = '';
  let image = '';

  beforeAll(async () => {
    if (why !== undefined) return;
    const root = rootOf(on);
    if (typeof root === 'string') {
      reason = root;
      return;
    }
    image = root.image;
    try {
      const packages = new Packages(suite, on.name, join(folder, 'apt'));
      kernel = newestKernel(packages, wanted, root.busybox, join(folder, on.name));
    } catch (error) {
      reason = `the kernel could not be fetched: ${error instanceof Error ? error.message : error}`;
      return;
    }
    by = await accelerator(on, kernel, folder);
    console.log(`Linux ${kernel.release} by ${by === 'kvm' ? 'KVM' : 'emulation, which takes minutes'}`);
  });

  test.for(situations)(
    '$name: every rule and claim holds, or is skipped for a good reason',
    async ({ name, machine }, { skip }) => {
      if (kernel === undefined) return skip(why ?? reason);
      const at = join(folder, `${kernel.release}-${machine.memoryMiB}`);
      const said = await boot(on, kernel, image, { ...machine, accelerator: by }, at);
      table.push(
        `| ${kernel.release} | ${name} | ${counts(said, (each) => each.endsWith('-conformance'))} | ${counts(said, (each) => each.includes('-run-'))} |`,
      );
      const facts = factsOf(said, by === 'tcg');
      expect(unexpected(said, facts)).toEqual([]);
      expect(facts.swapTotal > 0).toBe(machine.swapMiB > 0);
      if (machine.thp !== undefined) expect(facts.thp).toBe(machine.thp);
    },
  );
});
