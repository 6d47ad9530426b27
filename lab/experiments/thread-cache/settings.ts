import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Text } from '../../../protocol/text.ts';

/** One way to serve the allocations of a process, which is chosen when the process starts. */
export interface Setting {
  /** What its measurements begin with. */
  readonly id: string;
  readonly name: Text;
  readonly variable: 'GLIBC_TUNABLES' | 'LD_PRELOAD';
  /** Of the variable; empty for none. */
  readonly value: string;
}

const none = { variable: 'GLIBC_TUNABLES', value: '' } as const;

export const glibc: Setting = { id: 'default', name: { en: 'glibc', zh: 'glibc' }, ...none };

export const withoutTcache: Setting = {
  id: 'noTcache',
  name: { en: 'glibc, tcache off', zh: 'glibc，关闭 tcache' },
  variable: 'GLIBC_TUNABLES',
  value: 'glibc.malloc.tcache_count=0',
};

export const oneArena: Setting = {
  id: 'oneArena',
  name: { en: 'glibc, one arena', zh: 'glibc，单一 arena' },
  variable: 'GLIBC_TUNABLES',
  value: 'glibc.malloc.arena_max=1',
};

const machine = { x64: 'x86_64', arm64: 'aarch64', riscv64: 'riscv64' }[process.arch as string] ?? process.arch;

/** Where distributions and `make install` put shared libraries. ld.so(8), and Debian's multiarch folders */
const folders = [
  `/usr/local/lib/${machine}-linux-gnu`,
  `/usr/lib/${machine}-linux-gnu`,
  '/usr/local/lib64',
  '/usr/local/lib',
  '/usr/lib64',
  '/usr/lib',
];

const libraries = {
  jemalloc: /^libjemalloc\.so\.\d+$/,
  tcmalloc: /^libtcmalloc(?:_minimal)?\.so\.\d+$/,
  mimalloc: /^libmimalloc\.so\.\d+(?:\.\d+)?$/,
} as const;

/** Other allocators that are installed, and the names of those that are not. */
export function installedAllocators(): { readonly found: readonly Setting[]; readonly missing: readonly string[] } {
  const all = folders.flatMap((folder) => namesIn(folder).map((name) => join(folder, name)));
  const names = Object.entries(libraries).map(([id, file]) => ({
    id,
    path: all.find((path) => file.test(basename(path))),
  }));
  return {
    found: names.flatMap(({ id, path }) => (path === undefined ? [] : [preload(path, id)])),
    missing: names.flatMap(({ id, path }) => (path === undefined ? [id] : [])),
  };
}

/** The allocator in this library. */
export function preload(path: string, id = 'preload'): Setting {
  const name = id === 'preload' ? basename(path) : id;
  return { id, name: { en: name, zh: name }, variable: 'LD_PRELOAD', value: path };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    // There is none, or it is not for us to read.
    return [];
  }
}

/** The environment that a process of a setting starts with: this one's, without other settings of malloc. */
export function environmentOf({ variable, value }: Setting): NodeJS.ProcessEnv {
  const { LD_PRELOAD: preloaded = '', GLIBC_TUNABLES: tunables = '', ...rest } = process.env;
  const others = Object.entries(rest).filter(([name]) => !name.startsWith('MALLOC_'));
  const ownTunables = tunables.split(':').filter((tunable) => !tunable.startsWith('glibc.malloc.'));
  const words = {
    LD_PRELOAD: [preloaded],
    GLIBC_TUNABLES: ownTunables,
  };
  words[variable].unshift(value);
  const said = Object.entries({
    LD_PRELOAD: words.LD_PRELOAD.filter(Boolean).join(' '),
    GLIBC_TUNABLES: words.GLIBC_TUNABLES.filter(Boolean).join(':'),
  });
  return Object.fromEntries([...others, ...said.filter(([, text]) => text !== '')]);
}
