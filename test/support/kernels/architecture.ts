import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inProject } from '../../../scripts/project.mjs';

/** A processor that kernels are booted on. */
export interface Architecture {
  /** As Debian calls it. */
  readonly name: 'amd64' | 'arm64';
  /** As Node calls it. */
  readonly node: 'x64' | 'arm64';
  readonly qemu: string;
  /** The machine, and the processor where qemu plays it. */
  readonly machine: readonly string[];
  /** The kernel's words for its console, and what keeps it calm in emulation. */
  readonly words: string;
}

export const amd64: Architecture = {
  name: 'amd64',
  node: 'x64',
  qemu: 'qemu-system-x86_64',
  machine: ['-cpu', 'max'],
  words: 'console=ttyS0 mitigations=off tsc=reliable no_timer_check',
};

export const arm64: Architecture = {
  name: 'arm64',
  node: 'arm64',
  qemu: 'qemu-system-aarch64',
  machine: ['-machine', 'virt', '-cpu', 'cortex-a76'],
  words: 'console=ttyAMA0 mitigations=off',
};

/** Whether this machine's own processor is one of these, so that KVM could serve. */
export const isOwn = ({ node }: Architecture): boolean => process.arch === node;

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(inProject('node_modules', name, 'package.json'), 'utf8')).version;

/**
 * Unpacks what npm has for that processor: Node, of the version that runs this, and the part of koffi that is machine
 * code, of the version that the project has.
 *
 * @param folder where packages are kept
 */
export function forProcessor(
  { node }: Architecture,
  folder: string,
): { readonly node: string; readonly koffi: string } {
  const fetched = (name: string, version: string) => {
    const target = join(folder, `${name.replace('/', '-')}-${version}`);
    if (!existsSync(target)) fetch(`${name}@${version}`, target);
    return target;
  };
  return {
    node: join(fetched(`node-linux-${node}`, process.versions.node), 'bin', 'node'),
    koffi: fetched(`@koromix/koffi-linux-${node}`, versionOf('koffi')),
  };
}

function fetch(what: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  const folder = mkdtempSync(`${target}-`);
  try {
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, what], { timeout: 300_000, stdio: 'pipe' });
    const [packed = ''] = globSync('*.tgz', { cwd: folder });
    execFileSync('tar', ['-xzf', packed], { cwd: folder });
    renameSync(join(folder, 'package'), target);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
