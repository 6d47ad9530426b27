import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A library compiled from C for `LD_PRELOAD`, which other users can read too; dispose of it to delete it. */
export function sharedLibrary(source: string): Disposable & { readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'pagescope-library-'));
  const path = join(folder, 'library.so');
  try {
    chmodSync(folder, 0o755);
    const flags = ['-shared', '-fPIC', '-Wall', '-Wextra', '-Werror', '-x', 'c', '-'];
    execFileSync('cc', [...flags, '-o', path], { input: `#define _GNU_SOURCE\n${source}`, stdio: 'pipe' });
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/**
 * A C library that lies to Pagescope alone: it finds its functions by dlsym, which this answers. Everything else in the
 * process (V8 maps memory too) gets the true ones. A lie is the C definition of a function called `lie`, which reaches
 * the true one as `TRUE(name)`.
 */
export function lyingLibc(lies: Readonly<Record<string, string>>): Disposable & { readonly path: string } {
  const names = Object.keys(lies);
  return sharedLibrary(`
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>
static void *true_dlsym(void *handle, const char *name) {
    static void *(*found)(void *, const char *);
    const char *versions[] = {"GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5"};
    for (int i = 0; !found && i < 3; i++) found = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", versions[i]);
    return found(handle, name);
}
#define TRUE(name) ((__typeof__(&name))true_dlsym(RTLD_NEXT, #name))
${names.map((name) => `#define lie lie_${name}\n${lies[name]}\n#undef lie\n`).join('')}
void *dlsym(void *handle, const char *name) {
${names.map((name) => `    if (strcmp(name, "${name}") == 0) return (void *)lie_${name};\n`).join('')}
    return true_dlsym(handle, name);
}
`);
}
