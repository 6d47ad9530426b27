import { functions } from './functions.ts';

/** Which header declares what: a name, or all that match. */
const headers: readonly [header: string, names: RegExp][] = [
  ['errno.h', /\berrno\b/],
  ['fcntl.h', /\b(?:open|posix_fadvise)\(|\bO_[A-Z]+\b/],
  ['signal.h', /\bSIG[A-Z]+\b/],
  ['stdint.h', /\buintptr_t\b/],
  ['stdio.h', /\b(?:printf|perror|fflush|putchar|fputs|puts)\(/],
  ['stdlib.h', /\b(?:exit|abort|mkstemp|malloc|free)\(/],
  ['string.h', /\b(?:explicit_bzero|memset|strncmp)\(/],
  ['sys/mman.h', /\b(?:mmap|munmap|mincore|m(?:un)?lock(?:2|all)?|madvise|mprotect|msync|memfd_create)\(/],
  ['sys/prctl.h', /\bprctl\(/],
  ['sys/random.h', /\bgetrandom\(/],
  ['sys/resource.h', /\brlimit\b/],
  ['sys/syscall.h', /\bSYS_\w+\b/],
  ['sys/uio.h', /\biovec\b/],
  ['sys/wait.h', /\bwaitpid\(/],
  ['unistd.h', /\b(?:sysconf|syscall|fork|pause|alarm|getpid|close|ftruncate|fsync|unlink|pipe|read|write)\(/],
];

/** What a C library may be too old for, or have in Linux's own headers alone; the numbers are the kernel's. */
const constants: readonly [name: string, value: number][] = [
  ['MADV_COLD', 20],
  ['MADV_PAGEOUT', 21],
  ['MADV_POPULATE_READ', 22],
  ['MADV_POPULATE_WRITE', 23],
  ['MADV_COLLAPSE', 25],
  ['MLOCK_ONFAULT', 1],
  ['MCL_ONFAULT', 4],
  ['SYS_memfd_secret', 447],
];

/**
 * What has to stand before `main` for this code of it: headers, constants and functions, those that are used and no others, since a
 * compiler warns of a static function that nobody calls.
 */
export function prologue(main: string): string {
  let used = codeOf(main);
  const needed: string[] = [];
  // Callers come after what they call.
  for (const { name, source } of functions.toReversed()) {
    if (!new RegExp(`\\b${name}\\(`).test(used)) continue;
    needed.unshift(source);
    used += codeOf(source);
  }
  const includes = headers.filter(([, names]) => names.test(used)).map(([header]) => `#include <${header}>\n`);
  const defined = constants
    .filter(([name]) => new RegExp(`\\b${name}\\b`).test(used))
    .map(([name, value]) => `#ifndef ${name}\n#define ${name} ${value}\n#endif\n`);
  const fallbacks = defined.length > 0 ? `\n${defined.join('')}` : '';
  return `#define _GNU_SOURCE\n${includes.join('')}${fallbacks}\nstatic size_t page_size;\n${needed.join('')}`;
}

/** The code alone: a comment or a string may name anything. */
function codeOf(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\])*"/g, '""');
}
