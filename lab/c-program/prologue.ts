import { MADV } from '../../native/calls/advice.ts';
import { advices } from '../operations/advice.ts';
import { functions } from './c-functions.ts';

/** Which header declares what. */
const headers: readonly [header: string, names: RegExp][] = [
  ['errno.h', /^errno$/],
  ['fcntl.h', /^(?:open|posix_fadvise|O_[A-Z]+)$/],
  ['malloc.h', /^(?:mallopt|malloc_trim|mallinfo2)$/],
  ['pthread.h', /^pthread_\w+$/],
  ['regex.h', /^(?:regcomp|regfree|regex_t)$/],
  ['signal.h', /^SIG[A-Z]+$/],
  ['stdint.h', /^uintptr_t$/],
  ['stdio.h', /^(?:printf|snprintf|perror|fflush|putchar|fputs|puts)$/],
  ['stdlib.h', /^(?:exit|abort|mkstemp|malloc|realloc|free|qsort|getenv|setenv|putenv|atoi)$/],
  ['string.h', /^(?:explicit_bzero|memset|memcpy|strncmp)$/],
  ['sys/mman.h', /^(?:mmap|munmap|mincore|m(?:un)?lock(?:2|all)?|madvise|mprotect|msync|memfd_create)$/],
  ['sys/prctl.h', /^prctl$/],
  ['sys/resource.h', /^(?:rlimit|rusage|getrusage)$/],
  ['sys/syscall.h', /^SYS_\w+$/],
  ['sys/uio.h', /^iovec$/],
  ['sys/wait.h', /^waitpid$/],
  ['time.h', /^(?:timespec|clock_gettime)$/],
  [
    'unistd.h',
    /^(?:sysconf|syscall|fork|execl|_exit|pause|alarm|getpid|close|ftruncate|fsync|unlink|pipe|read|write)$/,
  ],
];

/** What a C library may be too old for, or have in Linux's own headers alone; the numbers are the kernel's. */
const constants: readonly [name: string, value: number][] = [
  // glibc 2.27, the oldest that the program is written for, has the advice of Linux 4.14.
  ...Object.entries(advices).flatMap(([name, { value }]) =>
    value > MADV.KEEPONFORK ? [[name, value] as [string, number]] : [],
  ),
  ['MLOCK_ONFAULT', 1],
  ['MCL_ONFAULT', 4],
  ['SYS_memfd_secret', 447],
];

/** The names that C code uses, without those in comments and strings. */
export function namesIn(code: string): string[] {
  return code.replaceAll(/\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\])*"/g, ' ').match(/\b[A-Za-z_]\w*/g) ?? [];
}

/**
 * What has to stand before code that uses these names: headers, constants and functions, those and no others, since a
 * compiler warns of a static function that nobody calls.
 */
export function prologue(names: Iterable<string>): string {
  const used = new Set(names);
  const needed: string[] = [];
  // Callers come after what they call.
  for (const { name, source } of functions.toReversed()) {
    if (!used.has(name)) continue;
    needed.unshift(source);
    for (const each of namesIn(source)) used.add(each);
  }
  const words = [...used];
  const includes = headers
    .filter(([, declared]) => words.some((word) => declared.test(word)))
    .map(([header]) => `#include <${header}>\n`);
  const defined = constants
    .filter(([name]) => used.has(name))
    .map(([name, value]) => `#ifndef ${name}\n#define ${name} ${value}\n#endif\n`);
  const fallbacks = defined.length > 0 ? `\n${defined.join('')}` : '';
  return `#define _GNU_SOURCE\n${includes.join('')}${fallbacks}\nstatic size_t page_size;\n${needed.join('')}`;
}
