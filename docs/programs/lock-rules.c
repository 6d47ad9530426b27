/*
 * The rules of locking, one call a line: what it returned and what VmLck is after it. Prints the same on any Linux with 4 KiB pages.
 *
 *   cc -o lock-rules lock-rules.c && prlimit --memlock=65536 ./lock-rules       (as an ordinary user, without CAP_IPC_LOCK)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static long locked_kib(void) {
  long kib = -1;
  char line[256];
  FILE *status = fopen("/proc/self/status", "r");
  while (status && fgets(line, sizeof line, status))
    if (sscanf(line, "VmLck: %ld", &kib) == 1) break;
  if (status) fclose(status);
  return kib;
}

static void show(const char *call, int failed) {
  int error = errno;
  printf("%-52s %-7s VmLck %ld KiB\n", call, failed ? strerrorname_np(error) : "0", locked_kib());
}

static char *map(size_t pages) {
  return mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

int main(void) {
  char *p = map(64);
  setvbuf(stdout, NULL, _IONBF, 0);

  puts("-- the limit counts what is locked already");
  show("mlock 128 KiB", mlock(p, 128 << 10));
  show("mlock 60 KiB", mlock(p, 60 << 10));
  show("mlock 8 KiB more", mlock(p + (60 << 10), 8 << 10));
  show("mlock the same 60 KiB again", mlock(p, 60 << 10));

  puts("-- locks do not nest");
  show("munlock, once", munlock(p, 60 << 10));

  puts("-- whole pages");
  show("mlock 1 byte", mlock(p + 100, 1));
  show("mlock 2 bytes across a page boundary", mlock(p + 4 * PAGE - 1, 2));
  munlock(p, 64 * PAGE);

  puts("-- a hole");
  munmap(p + 2 * PAGE, PAGE);
  show("mlock 4 pages, of which the third is not mapped", mlock(p, 4 * PAGE));
  munlock(p, 2 * PAGE);

  puts("-- mlockall");
  show("mlockall(MCL_CURRENT)", mlockall(MCL_CURRENT));
  show("mlockall(MCL_FUTURE)", mlockall(MCL_FUTURE));
  show("mmap 128 KiB", map(32) == MAP_FAILED);
  show("malloc 256 KiB", malloc(256 << 10) == NULL);
  munlockall();

  puts("-- fork");
  char *q = map(4);
  show("mlock 4 pages", mlock(q, 4 * PAGE));
  if (fork() == 0) {
    show("the child, which has inherited the memory", 0);
    _exit(0);
  }
  wait(NULL);

  puts("-- what locked pages refuse, and what DONTDUMP wants");
  show("madvise(MADV_DONTNEED)", madvise(q, 4 * PAGE, MADV_DONTNEED));
  show("madvise(MADV_DONTDUMP) 100 bytes into a page", madvise(q + 100, 32, MADV_DONTDUMP));
  show("madvise(MADV_DONTDUMP) at the page, 32 bytes", madvise(q, 32, MADV_DONTDUMP));
  return 0;
}
