import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Packages } from './debian.ts';

/** A kernel that can be booted. */
export interface Kernel {
  /** As uname(2) has it. */
  readonly release: string;
  readonly image: string;
  /** An initramfs with the drivers of its disks. */
  readonly initramfs: string;
}

const guest = fileURLToPath(new URL('./guest/', import.meta.url));
/** Of the disks; and zram with what it compresses by, for a rule about swap. */
const drivers = ['virtio_pci', 'virtio_blk', 'ext4', 'lzo_rle', 'zram'];

/**
 * The newest kernel of a suite of Debian, with its initramfs.
 *
 * @param wanted the package that depends on it: `linux-image-cloud-amd64`
 * @param busybox the static one, for the kernel's processor
 * @param folder where kernels are kept
 */
export function newestKernel(packages: Packages, wanted: string, busybox: string, folder: string): Kernel {
  const image = packages.dependsOn(wanted).find((name) => /^linux-image-\d/.test(name));
  if (image === undefined) throw new Error(`${wanted} depends on no kernel`);
  const release = image.slice('linux-image-'.length);
  const there = join(folder, release);
  // Since 7.0 the image is an empty package: the kernel and its modules are packages of their own.
  const parts = packages.dependsOn(image).filter((name) => /^linux-(binary|modules)-/.test(name));
  if (!existsSync(there)) packages.unpack([image, ...parts], there);
  const [vmlinuz] = globSync(['boot/vmlinuz-*', 'usr/lib/modules/*/vmlinuz'], { cwd: there });
  const [modules] = globSync(`{usr/,}lib/modules/${release}/kernel`, { cwd: there });
  if (vmlinuz === undefined || modules === undefined) throw new Error(`${image} holds no kernel, or no modules`);
  const initramfs = join(folder, `${release}.cpio`);
  makeInitramfs(join(there, modules), busybox, initramfs);
  return { release, image: join(there, vmlinuz), initramfs };
}

/** Modules' names in files have either sign; in `depends=` always this one. */
const moduleName = (file: string) =>
  basename(file)
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_');

function decompressed(file: string): Buffer {
  if (file.endsWith('.ko')) return readFileSync(file);
  const tool = file.endsWith('.zst') ? 'zstd' : 'xz';
  return execFileSync(tool, ['-dc', file], { maxBuffer: 1 << 26 });
}

/** The modules to load in this order; those that are built into the kernel have no file. */
function* inOrder(
  names: readonly string[],
  files: ReadonlyMap<string, string>,
  seen = new Set<string>(),
): Generator<[string, Buffer]> {
  for (const name of names) {
    const file = files.get(name);
    if (file === undefined || seen.has(name)) continue;
    seen.add(name);
    const module = decompressed(file);
    const depends = /\0depends=([^\0]*)\0/.exec(module.toString('latin1'))?.[1] ?? '';
    yield* inOrder(depends.split(',').filter(Boolean), files, seen);
    yield [name, module];
  }
}

function makeInitramfs(modules: string, busybox: string, target: string): void {
  const files = new Map(
    globSync('**/*.ko{,.xz,.zst}', { cwd: modules }).map((file) => [moduleName(file), join(modules, file)]),
  );
  const folder = mkdtempSync(`${target}-`);
  try {
    for (const each of ['bin', 'modules', 'proc', 'sys', 'dev', 'root']) mkdirSync(join(folder, each));
    copyFileSync(busybox, join(folder, 'bin', 'busybox'));
    copyFileSync(join(guest, 'init'), join(folder, 'init'));
    [...inOrder(drivers, files)].forEach(([name, module], index) => {
      writeFileSync(join(folder, 'modules', `${String(index).padStart(2, '0')}-${name}.ko`), module);
    });
    execFileSync('sh', ['-c', 'find . | cpio -o -H newc --quiet > "$1"', 'sh', target], { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A package's name in its scope. */
const packageName = (folder: string): string =>
  basename(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name);

/** What the root file system is made of. */
export interface Root {
  /** Unpacked packages: glibc, libstdc++, busybox. */
  readonly system: string;
  /** Both are machine code for the kernel's processor. */
  readonly node: string;
  readonly koffi: string;
  /** What `npm run build` made. */
  readonly project: string;
  readonly experiments: readonly string[];
}

/** Makes an ext4 image of a system that holds Node, the command, and nothing else. */
export function makeRoot({ system, node, koffi, project, experiments }: Root, image: string): void {
  const root = mkdtempSync(`${image}-`);
  try {
    cpSync(system, root, { recursive: true, verbatimSymlinks: true });
    for (const name of ['bin', 'sbin', 'lib', 'lib64'])
      if (!existsSync(join(root, name)))
        execFileSync('ln', ['-s', `usr/${name === 'sbin' ? 'bin' : name}`, join(root, name)]);
    for (const name of [
      'proc',
      'sys',
      'dev',
      'run',
      'tmp',
      'root',
      'etc',
      'home/user',
      'var/tmp',
      'opt/node/bin',
      'guest',
    ])
      mkdirSync(join(root, name), { recursive: true });
    writeFileSync(
      join(root, 'etc/passwd'),
      'root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n',
    );
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n');
    copyFileSync(join(guest, 'run'), join(root, 'guest/run'));
    writeFileSync(join(root, 'guest/experiments'), experiments.join('\n'));
    copyFileSync(node, join(root, 'opt/node/bin/node'));
    const home = join(root, 'opt/pagescope');
    for (const part of ['package.json', 'bin', 'scripts', 'out/cli', 'node_modules/koffi'])
      cpSync(join(project, part), join(home, part), { recursive: true, dereference: true });
    cpSync(koffi, join(home, 'node_modules/@koromix', packageName(koffi)), { recursive: true, dereference: true });
    rmSync(image, { force: true });
    execFileSync('truncate', ['-s', '4G', image]);
    execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', root, image]);
  } finally {
    rmSync(root, { recursive: true });
  }
}
