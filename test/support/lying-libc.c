/*
 * A C library that lies. Preloaded, it answers dlsym(3) for the functions that $LIES names with its own, which leave a call
 * out, refuse it, or make another. Each word of $LIES is FUNCTION[:ARGUMENT][#NTH]=ANSWER: of the calls with this ARGUMENT
 * (the last of each LIE below is the one that counts) all or the NTH are answered by an errno, by 0 for "it worked" where
 * nothing was done, or by the one twist that FUNCTION has. With the word "children" programs that this one starts are lied
 * to as well.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <regex.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { TRUTH = -1, TWIST = -2, MOST = 16 };

struct lie {
  char function[32];
  long argument; /* -1: any */
  int nth;       /* 0: all */
  int answer;
  int seen;
};

static struct lie lies[MOST];
static int count;

/* How this call is to be answered. */
static int answer_to(const char *function, long argument) {
  for (int i = 0; i < count; i++) {
    struct lie *lie = &lies[i];
    if (strcmp(lie->function, function) || (lie->argument != -1 && lie->argument != argument)) continue;
    if (++lie->seen == lie->nth || lie->nth == 0) return lie->answer;
  }
  return TRUTH;
}

static int say(int error) {
  if (error == 0) return 0;
  errno = error;
  return -1;
}

#define LIE(function, parameters, arguments, argument)                 \
  static int lying_##function parameters {                             \
    int answer = answer_to(#function, (long)(argument));               \
    return answer == TRUTH ? (int)function arguments : say(answer);    \
  }

LIE(mlock, (void *at, size_t length), (at, length), length)
LIE(munlock, (void *at, size_t length), (at, length), length)
LIE(mlock2, (void *at, size_t length, int flags), (at, length, flags), flags)
LIE(munmap, (void *at, size_t length), (at, length), length)
LIE(madvise, (void *at, size_t length, int advice), (at, length, advice), advice)
LIE(malloc_trim, (size_t pad), (pad), (long)pad)
LIE(prctl, (int option, long a, long b, long c, long d), (option, a, b, c, d), option)

/* Its twist: it may be written, and half as much is mapped elsewhere. */
static void *lying_mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
  int answer = answer_to("mmap", (long)length);
  if (answer == TRUTH) return mmap(at, length, protection, flags, fd, offset);
  if (answer == TWIST) {
    void *given = mmap(at, length, PROT_READ | PROT_WRITE, flags, fd, offset);
    return mmap(NULL, length / 2, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? MAP_FAILED : given;
  }
  errno = answer;
  return MAP_FAILED;
}

static void lying_explicit_bzero(void *at, size_t length) {
  if (answer_to("explicit_bzero", (long)length) == TRUTH) explicit_bzero(at, length);
}

static ssize_t lying_process_vm_readv(pid_t pid, const struct iovec *local, unsigned long locals,
                                      const struct iovec *remote, unsigned long remotes, unsigned long flags) {
  int answer = answer_to("process_vm_readv", (long)remotes);
  return answer == TRUTH ? process_vm_readv(pid, local, locals, remote, remotes, flags) : say(answer);
}

/* Its twist: what is mapped now is locked in place of what will be. */
static int lying_mlockall(int flags) {
  int answer = answer_to("mlockall", flags);
  if (answer == TRUTH) return mlockall(flags);
  return answer == TWIST ? mlockall(MCL_CURRENT) : say(answer);
}

static char a_page[1 << 16] __attribute__((aligned(1 << 16)));

/* Its twist: afterwards a page is locked. */
static int lying_munlockall(void) {
  int answer = answer_to("munlockall", 0);
  if (answer != TRUTH && answer != TWIST) return say(answer);
  int done = munlockall();
  if (answer == TWIST) mlock(a_page, 1);
  return done;
}

static char child_stack[1 << 16] __attribute__((aligned(16)));

/* Its twist: the child shares the memory in place of having a copy. */
static int lying_clone(int (*run)(void *), void *stack, int flags, void *argument) {
  int answer = answer_to("clone", flags);
  if (answer == TRUTH) return clone(run, stack, flags, argument);
  return answer == TWIST ? clone(run, child_stack + sizeof child_stack, CLONE_VM, argument) : say(answer);
}

static ssize_t lying_getrandom(void *into, size_t length, unsigned flags);

/* Its twist: ordinary memory where secret memory was asked for. getrandom(2) has lies of its own. */
static long lying_syscall(long number, long a, long b, long c, long d, long e, long f) {
  if (number == SYS_getrandom) return lying_getrandom((void *)a, (size_t)b, (unsigned)c);
  int answer = answer_to("syscall", number);
  if (answer == TRUTH) return syscall(number, a, b, c, d, e, f);
  return answer == TWIST ? memfd_create("no-secret", MFD_CLOEXEC) : say(answer);
}

/* Its twist: the same bytes each time, one of them 0. */
static ssize_t lying_getrandom(void *into, size_t length, unsigned flags) {
  int answer = answer_to("getrandom", (long)length);
  if (answer == TRUTH) return syscall(SYS_getrandom, into, length, flags);
  if (answer != TWIST) return say(answer);
  for (size_t i = 0; i < length; i++) ((unsigned char *)into)[i] = (unsigned char)(29 * (i + 251));
  return (ssize_t)length;
}

/* Its twist: with each call one fault more, and many a wait where no tunable is set. */
static int lying_getrusage(int who, struct rusage *usage) {
  static long more;
  int answer = answer_to("getrusage", who);
  if (answer != TRUTH && answer != TWIST) return say(answer);
  int done = getrusage(who, usage);
  if (answer == TWIST) usage->ru_minflt += ++more;
  if (answer == TWIST && !getenv("GLIBC_TUNABLES")) usage->ru_nvcsw += 1000000 * more;
  return done;
}

/* Of struct pm_scan_arg and its regions of three words, see PAGEMAP_SCAN of ioctl_pagemap_scan(2). */
enum { VECTOR = 5, INVERTED = 8, ALL = 9, ANY = 10, PRESENT = 8, SWAPPED = 16 };

/* Its twist: every page that is there has been swapped out. */
static int lying_ioctl(int fd, unsigned long request, void *argument) {
  int answer = answer_to("ioctl", (long)request);
  if (answer == TRUTH) return ioctl(fd, request, argument);
  if (answer != TWIST) return say(answer);
  uint64_t *scan = argument;
  scan[INVERTED] = scan[ALL] = 0;
  scan[ANY] = PRESENT | SWAPPED;
  int regions = ioctl(fd, request, scan);
  for (int i = 0; i < regions; i++) ((uint64_t *)scan[VECTOR])[3 * i + 2] = SWAPPED;
  return regions;
}

static void lying_memcpy(void *to, const void *from, size_t length) {
  if (answer_to("memcpy", (long)length) == TRUTH) memcpy(to, from, length);
}

/* Its twist: each byte is stored many times, which takes its time; with an errno nothing is stored. */
static void lying_memset(void *to, int byte, size_t length) {
  int answer = answer_to("memset", (long)length);
  int times = answer == TWIST ? 200 : answer == TRUTH;
  for (; times > 0; times--) {
    memset(to, byte, length);
    __asm__ volatile("" ::: "memory");
  }
}

static char kept_back[1 << 22] __attribute__((aligned(16)));

/* Its twist: small blocks are of memory that the C library does not count. */
static void *lying_malloc(size_t size) {
  static size_t used;
  int answer = answer_to("malloc", (long)size);
  if (answer == TRUTH || size > 2048 || used + size > sizeof kept_back) return malloc(size);
  void *block = kept_back + used;
  used += (size + 15) / 16 * 16;
  return block;
}

/* The block is not freed; its twist: only those of lying_malloc are not. */
static void lying_free(void *block) {
  int answer = answer_to("free", -1);
  int own = (char *)block >= kept_back && (char *)block < kept_back + sizeof kept_back;
  if (answer == TRUTH || (answer == TWIST && !own)) free(block);
}

/* Its twist: the block is copied and freed, never moved. */
static void *lying_realloc(void *block, size_t size) {
  int answer = answer_to("realloc", (long)size);
  if (answer == TRUTH || (answer == TWIST && !block)) return realloc(block, size);
  if (answer != TWIST) {
    errno = answer;
    return NULL;
  }
  void *other = malloc(size);
  size_t before = malloc_usable_size(block);
  if (!other) return NULL;
  memcpy(other, block, before < size ? before : size);
  free(block);
  return other;
}

/* Its twist: 16 bytes are missing. */
static size_t lying_malloc_usable_size(void *block) {
  size_t size = malloc_usable_size(block);
  return answer_to("malloc_usable_size", -1) == TWIST ? size - 16 : size;
}

/* Its twist: it takes its time where no tunable is set. */
static int lying_regcomp(regex_t *regex, const char *pattern, int flags) {
  if (answer_to("regcomp", flags) == TWIST && !getenv("GLIBC_TUNABLES")) usleep(200);
  return regcomp(regex, pattern, flags);
}

/* Its twist: with each call a mebibyte more is used. */
static struct mallinfo2 lying_mallinfo2(void) {
  static size_t more;
  struct mallinfo2 info = mallinfo2();
  if (answer_to("mallinfo2", -1) == TWIST) info.uordblks += more += 1 << 20;
  return info;
}

/* Its twist: an arena more. */
static int lying_malloc_info(int options, FILE *stream) {
  if (answer_to("malloc_info", options) == TWIST) fputs("<heap nr=\"0\"></heap>", stream);
  return malloc_info(options, stream);
}

static const struct {
  const char *name;
  void *lying;
} functions[] = {
    {"mlock", lying_mlock},       {"munlock", lying_munlock},
    {"mlock2", lying_mlock2},     {"mlockall", lying_mlockall},
    {"munmap", lying_munmap},     {"munlockall", lying_munlockall},
    {"madvise", lying_madvise},   {"explicit_bzero", lying_explicit_bzero},
    {"prctl", lying_prctl},       {"process_vm_readv", lying_process_vm_readv},
    {"mmap", lying_mmap},         {"clone", lying_clone},
    {"syscall", lying_syscall},   {"ioctl", lying_ioctl},
    {"getrusage", lying_getrusage}, {"malloc_trim", lying_malloc_trim},
    {"malloc", lying_malloc},     {"free", lying_free},
    {"memcpy", lying_memcpy},     {"memset", lying_memset},
    {"realloc", lying_realloc},   {"malloc_usable_size", lying_malloc_usable_size},
    {"regcomp", lying_regcomp},   {"mallinfo2", lying_mallinfo2},
    {"malloc_info", lying_malloc_info},
};

static int is_lied_about(const char *name) {
  for (int i = 0; i < count; i++)
    if (!strcmp(lies[i].function, name)) return 1;
  return !strcmp(name, "syscall") && is_lied_about("getrandom");
}

static void *(*true_dlsym)(void *, const char *);

void *dlsym(void *library, const char *name) {
  /* Which version the true one has depends on the architecture. */
  static const char *const versions[] = {"GLIBC_2.34", "GLIBC_2.2.5", "GLIBC_2.17"};
  for (size_t i = 0; !true_dlsym && i < sizeof versions / sizeof *versions; i++)
    *(void **)&true_dlsym = dlvsym(RTLD_NEXT, "dlsym", versions[i]);
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (!strcmp(name, functions[i].name) && is_lied_about(name)) return functions[i].lying;
  return true_dlsym ? true_dlsym(library, name) : NULL;
}

/* Once read, the lies are taken out of the environment, but for those that children are to be told. */
__attribute__((constructor)) static void learn(void) {
  char *words = getenv("LIES");
  char *copy = words ? strdup(words) : NULL;
  int children = 0;
  for (char *word = copy ? strtok(copy, " ") : NULL; word; word = strtok(NULL, " ")) {
    if (!strcmp(word, "children")) {
      children = 1;
      continue;
    }
    struct lie lie = {.argument = -1};
    char *is = strchr(word, '='), *of = strchr(word, ':'), *nth = strchr(word, '#');
    if (!is || count == MOST) {
      fprintf(stderr, "no lie: %s\n", word);
      _exit(1);
    }
    snprintf(lie.function, sizeof lie.function, "%.*s", (int)strcspn(word, ":#="), word);
    if (of) lie.argument = atol(of + 1);
    if (nth) lie.nth = atoi(nth + 1);
    lie.answer = strcmp(is + 1, "twist") ? atoi(is + 1) : TWIST;
    lies[count++] = lie;
  }
  free(copy);
  if (children) return;
  unsetenv("LIES");
  unsetenv("LD_PRELOAD");
}
