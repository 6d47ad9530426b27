import type { Operation, ProcessOperation } from '../protocol/operation.ts';
import { type Mapping, mmapNames, protectionText } from './mapping.ts';
import { progressions } from './progressions.ts';

type Touch = Extract<Operation, { kind: 'touch' }>;

/** More loops than this, and the page numbers are written as a table. */
const maxLoops = 16;

/**
 * The C lines that map memory under a label; they use `page_size`.
 *
 * @param refused the kernel refused it here: the program says so and goes on, in a block because the label may be used again
 */
export function mapLines(label: string, mapping: Mapping, refused = false): string[] {
  const lines = mmapLines(label, mapping);
  if (!refused) return [...lines, `if (${label} == MAP_FAILED) {`, `    perror("mmap");`, `    return 1;`, `}`];
  const inside = [
    ...lines,
    `if (${label} == MAP_FAILED) perror("mmap");`,
    `else munmap(${label}, ${mapping.pages} * page_size);`,
  ];
  return [`{`, ...inside.map((line) => `    ${line}`), `}`];
}

function mmapLines(label: string, mapping: Mapping): string[] {
  const { pages, file, alignPages = 1 } = mapping;
  const names = mmapNames(mapping);
  const [protection, flags] = [protectionText(names.protection, ' | '), names.flags.join(' | ')];
  const length = `${pages} * page_size`;
  const lines = file ? openLines(label, file.name, length) : memoryLines(label, mapping.memory, length);
  const fd = lines.length > 0 ? `${label}_fd` : '-1';
  const map = (address: string) => `mmap(${address}, ${length}, ${protection}, ${flags}, ${fd}, 0)`;
  if (alignPages === 1) lines.push(`unsigned char *${label} = ${map('NULL')};`);
  else {
    lines.push(
      `/* room for an address that is a multiple of ${alignPages} pages */`,
      `unsigned char *${label}_room = mmap(NULL, ${pages + alignPages} * page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);`,
      `unsigned char *${label}_start = (unsigned char *)(((size_t)${label}_room + ${alignPages} * page_size - 1) / (${alignPages} * page_size) * (${alignPages} * page_size));`,
      `munmap(${label}_room, ${pages + alignPages} * page_size);`,
      `unsigned char *${label} = ${map(`${label}_start`)};`,
    );
  }
  return lines;
}

function memoryLines(label: string, memory: Mapping['memory'], length: string): string[] {
  if (memory !== 'memfd' && memory !== 'secret') return [];
  const call =
    memory === 'memfd' ? `memfd_create("${label}", MFD_CLOEXEC)` : '(int)syscall(SYS_memfd_secret, O_CLOEXEC)';
  return [
    `int ${label}_fd = ${call};`,
    `if (${label}_fd < 0) {`,
    `    perror("${memory === 'memfd' ? 'memfd_create' : 'memfd_secret'}");`,
    `    return 1;`,
    `}`,
    `if (ftruncate(${label}_fd, (off_t)(${length})) != 0) perror("ftruncate");`,
  ];
}

function openLines(label: string, name: string, length: string): string[] {
  const open =
    name === ''
      ? [
          `int ${label}_fd = fileno(tmpfile());`,
          `if (ftruncate(${label}_fd, (off_t)(${length})) != 0) perror("ftruncate");`,
        ]
      : [`int ${label}_fd = open(${JSON.stringify(name)}, O_RDONLY);`];
  return [...open, `if (${label}_fd < 0) {`, `    perror("open");`, `    return 1;`, `}`];
}

/** The C lines of an operation on the region with this label. */
export function operationLines(operation: Operation, label: string): string[] {
  if (operation.kind === 'touch') return touchLines(operation, label);
  const { range } = operation;
  const [offset, length] =
    'offset' in range
      ? [`${range.offset}`, `${range.length}`]
      : [`${range.firstPage} * page_size`, `${range.pageCount} * page_size`];
  const address = /^0\b/.test(offset) ? label : `${label} + ${offset}`;
  switch (operation.kind) {
    case 'mincore':
      return [`show("${label}", ${address}, ${length});`];
    case 'madvise':
      return [`check("madvise", madvise(${address}, ${length}, ${operation.advice}));`];
    case 'mlock':
    case 'munlock':
    case 'munmap':
      return [`check("${operation.kind}", ${operation.kind}(${address}, ${length}));`];
    case 'mlock2':
      return [`check("mlock2", mlock2(${address}, ${length}, ${operation.onFault ? 'MLOCK_ONFAULT' : '0'}));`];
    case 'mprotect':
      return [`check("mprotect", mprotect(${address}, ${length}, ${protectionText(operation.protection, ' | ')}));`];
    case 'explicit_bzero':
      return [`explicit_bzero(${address}, ${length});`];
    case 'getrandom':
      return [`check("getrandom", getrandom(${address}, ${length}, 0) != ${length});`];
    case 'evict':
      return [`posix_fadvise(${label}_fd, ${offset}, ${length}, POSIX_FADV_DONTNEED);`];
  }
}

/** The C lines of an operation on the whole process. */
export function processLines(operation: ProcessOperation): string[] {
  switch (operation.kind) {
    case 'mlockall':
      return [`check("mlockall", mlockall(${operation.flags.join(' | ')}));`];
    case 'munlockall':
      return [`check("munlockall", munlockall());`];
    case 'setrlimit':
      return [
        `{`,
        `    struct rlimit limit;`,
        `    getrlimit(RLIMIT_MEMLOCK, &limit);`,
        `    limit.rlim_cur = ${operation.softBytes};`,
        `    check("setrlimit", setrlimit(RLIMIT_MEMLOCK, &limit));`,
        `}`,
      ];
    case 'drop-ipc-lock':
      return [
        `{`,
        `    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};`,
        `    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];`,
        `    syscall(SYS_capget, &header, sets);`,
        `    sets[0].effective &= ~(1u << CAP_IPC_LOCK);`,
        `    sets[0].permitted &= ~(1u << CAP_IPC_LOCK);`,
        `    check("capset", (int)syscall(SYS_capset, &header, sets));`,
        `}`,
      ];
    case 'raise-core-limit':
      return [
        `{`,
        `    struct rlimit limit;`,
        `    getrlimit(RLIMIT_CORE, &limit);`,
        `    limit.rlim_cur = limit.rlim_max;`,
        `    check("setrlimit", setrlimit(RLIMIT_CORE, &limit));`,
        `}`,
      ];
    case 'set-dumpable':
      return [`check("prctl", prctl(PR_SET_DUMPABLE, ${operation.dumpable ? 1 : 0}));`];
    case 'abort':
      return [
        `{`,
        `    pid_t copy = fork();`,
        `    if (copy == 0) abort();`,
        `    int status = 0;`,
        `    check("waitpid", waitpid(copy, &status, 0) == -1);`,
        `    printf("signal %d, core file: %s\\n", WTERMSIG(status), WCOREDUMP(status) ? "yes" : "no");`,
        `}`,
      ];
  }
}

/** The C lines that fork a child which waits to be ended. */
export function forkLines(child: string): string[] {
  return [
    `pid_t ${child} = fork();`,
    `if (${child} == 0) {`,
    `    for (;;) pause();`,
    `}`,
    `if (${child} == -1) perror("fork");`,
  ];
}

/** The C lines that end such a child. */
export function endLines(child: string): string[] {
  return [`if (${child} > 0) {`, `    kill(${child}, SIGKILL);`, `    waitpid(${child}, NULL, 0);`, `}`];
}

function touchLines({ access, pages }: Touch, label: string): string[] {
  const touch = (page: string) =>
    access === 'write'
      ? `((volatile unsigned char *)${label})[${page} * page_size] = 1;`
      : `(void)((volatile unsigned char *)${label})[${page} * page_size];`;
  const loops = progressions(pages, maxLoops);
  if (loops) {
    return loops.map(({ first, step, count }) => {
      if (count === 1) return touch(String(first));
      const last = first + step * (count - 1);
      return `for (size_t page = ${first}; page <= ${last}; page += ${step}) ${touch('page')}`;
    });
  }
  const table: string[] = [];
  for (let from = 0; from < pages.length; from += 16) table.push(`    ${pages.slice(from, from + 16).join(', ')},`);
  return [
    `{`,
    `    static const unsigned order[] = {`,
    ...table.map((line) => `    ${line}`),
    `    };`,
    `    for (size_t i = 0; i < sizeof order / sizeof *order; i++) ${touch('order[i]')}`,
    `}`,
  ];
}
