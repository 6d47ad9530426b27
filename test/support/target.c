/* A process to be looked at: regions whose states are known, and orders on standard input, one letter each. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

static long page;
/* Address space without access, in which regions lie apart, so that none is joined to another. */
static char *room;

static char *mapped(char *at, long pages, int protection, int flags, int fd) {
  char *address = mmap(at, pages * page, protection, flags | (at ? MAP_FIXED : 0), fd, 0);
  if (address == MAP_FAILED) {
    perror("mmap");
    exit(1);
  }
  return address;
}

static char *region(long pages, int protection, int flags, int fd) {
  char *address = mapped(room, pages, protection, flags, fd);
  room += (pages + 1) * page;
  if (fd < 0) madvise(address, pages * page, MADV_NOHUGEPAGE);
  return address;
}

static void touch(char *address, long pages) {
  for (long i = 0; i < pages; i++) address[i * page] = 1;
}

static void tell(const char *name, char *address, long pages) {
  printf("%s %lx %lx\n", name, (unsigned long)address, (unsigned long)(address + pages * page));
}

int main(int count, char **words) {
  page = sysconf(_SC_PAGESIZE);
  const int private = MAP_PRIVATE | MAP_ANONYMOUS, both = PROT_READ | PROT_WRITE;
  if (count > 1) prctl(PR_SET_NAME, words[1]);
  if (count > 2 && strcmp(words[2], "not-dumpable") == 0) prctl(PR_SET_DUMPABLE, 0);
  room = mapped(NULL, 256, PROT_NONE, private, -1) + page;
  char *half = region(64, both, private, -1);
  touch(half, 32);
  char *locked = region(16, both, private, -1);
  int refused = mlock(locked, 16 * page);
  char *read = region(8, both, private, -1);
  volatile char sum = 0;
  for (int i = 0; i < 8; i++) sum += read[i * page];
  char *named = region(8, both, private, -1);
  prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, named, 8 * page, "pagescope test");
  touch(named, 4);
  int fd = memfd_create("kept", 0);
  if (ftruncate(fd, 8 * page) != 0) return 1;
  char *memory = region(8, both, MAP_SHARED, fd);
  touch(memory, 8);
  char *shared = region(8, both, MAP_SHARED | MAP_ANONYMOUS, -1);
  touch(shared, 2);
  char *guarded = region(16, both, private, -1);
  touch(guarded, 4);
  madvise(guarded + 8 * page, 8 * page, 102 /* MADV_GUARD_INSTALL, Linux 6.13 */);
  tell("half", half, 64);
  tell("locked", locked, 16);
  tell("read", read, 8);
  tell("named", named, 8);
  tell("memfd", memory, 8);
  tell("shared", shared, 8);
  tell("guarded", guarded, 16);
  printf("mlock %d 0\n", refused != 0);
  char *added = NULL;
  puts("ready");
  fflush(stdout);
  for (int order; (order = getchar()) != EOF;) {
    if (order == 't') touch(half + 32 * page, 16);
    if (order == 'd') madvise(half, 8 * page, MADV_DONTNEED);
    if (order == 'l') mlock(half, 8 * page);
    if (order == 'm') touch(added = mapped(NULL, 100, both, private, -1), 100);
    if (order == 'p') prctl(PR_SET_DUMPABLE, 0);
    if (order == 'u') munmap(named, 8 * page);
    if (order == 'e') execl("/proc/self/exe", words[0], "again", NULL);
    if (order == '\n') continue;
    puts("done");
    fflush(stdout);
  }
  return added == half;
}
