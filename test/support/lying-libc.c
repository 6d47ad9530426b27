/*
 * A C library that lies. Preloaded, it answers dlsym(3) for the functions that $LIES names with its own, which leave a call
 * out, refuse it, or make another. Each word of $LIES is FUNCTION[:ARGUMENT][#NTH]=ANSWER: of the calls with this ARGUMENT
 * (the last of each LIE below is the one that counts) all or the NTH are answered by an errno, by 0 for "it worked" where
 * nothing was done, or by the one twist that FUNCTION has.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
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
LIE(prctl, (int option, long a, long b, long c, long d), (option, a, b, c, d), option)

/* Its twist: half of it, and it may be written. */
static void *lying_mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
  int answer = answer_to("mmap", (long)length);
  if (answer == TRUTH) return mmap(at, length, protection, flags, fd, offset);
  if (answer == TWIST) return mmap(at, length / 2, PROT_READ | PROT_WRITE, flags, fd, offset);
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

/* Its twist: ordinary memory where secret memory was asked for. */
static long lying_syscall(long number, long a, long b, long c, long d, long e, long f) {
  int answer = answer_to("syscall", number);
  if (answer == TRUTH) return syscall(number, a, b, c, d, e, f);
  return answer == TWIST ? memfd_create("no-secret", MFD_CLOEXEC) : say(answer);
}

/* Its twist: the same bytes each time, one of them 0. */
static ssize_t lying_getrandom(void *into, size_t length, unsigned flags) {
  int answer = answer_to("getrandom", (long)length);
  if (answer == TRUTH) return getrandom(into, length, flags);
  if (answer != TWIST) return say(answer);
  for (size_t i = 0; i < length; i++) ((unsigned char *)into)[i] = (unsigned char)(29 * (i + 251));
  return (ssize_t)length;
}

/* Its twist: with each call one fault more. */
static int lying_getrusage(int who, struct rusage *usage) {
  static long more;
  int answer = answer_to("getrusage", who);
  if (answer != TRUTH && answer != TWIST) return say(answer);
  int done = getrusage(who, usage);
  if (answer == TWIST) usage->ru_minflt += ++more;
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
    {"getrandom", lying_getrandom}, {"getrusage", lying_getrusage},
};

static int is_lied_about(const char *name) {
  for (int i = 0; i < count; i++)
    if (!strcmp(lies[i].function, name)) return 1;
  return 0;
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

/* Once read, the lies are taken out of the environment: programs that this one starts are told the truth. */
__attribute__((constructor)) static void learn(void) {
  char *words = getenv("LIES");
  char *copy = words ? strdup(words) : NULL;
  for (char *word = copy ? strtok(copy, " ") : NULL; word; word = strtok(NULL, " ")) {
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
  unsetenv("LIES");
  unsetenv("LD_PRELOAD");
}
