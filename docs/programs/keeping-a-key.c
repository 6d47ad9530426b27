/*
 * The life of a key in memory, checked at every step: exits with 0 when the kernel confirms all of it, else says what it does not confirm.
 *
 *   cc -std=c17 -Wall -Wextra -o keeping-a-key keeping-a-key.c && ./keeping-a-key
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEY_BYTES = 32 };

static void done(const char *call, int right, const char *means) {
  if (!right) {
    fprintf(stderr, "%s: not so: %s\n", call, means);
    perror("the last error");
    exit(1);
  }
  printf("%-16s %s\n", call, means);
  fflush(stdout);
}

/* VmLck in KiB, from /proc/self/status. */
static long locked_kib(void) {
  long kib = -1;
  char line[256];
  FILE *status = fopen("/proc/self/status", "r");
  while (status && fgets(line, sizeof line, status))
    if (sscanf(line, "VmLck: %ld", &kib) == 1) break;
  if (status) fclose(status);
  return kib;
}

/* Whether VmFlags of the mapping that starts at `page` has a flag such as "lo"; -1 where no mapping starts there. */
static int has_flag(const void *page, const char *flag) {
  int inside = 0, found = -1;
  char line[512];
  FILE *smaps = fopen("/proc/self/smaps", "r");
  while (smaps && found < 0 && fgets(line, sizeof line, smaps)) {
    unsigned long long start, end;
    if (sscanf(line, "%llx-%llx ", &start, &end) == 2) inside = start == (uintptr_t)page;
    else if (inside && strncmp(line, "VmFlags:", 8) == 0) {
      char word[8];
      snprintf(word, sizeof word, " %s ", flag);
      found = strstr(line, word) != NULL;
    }
  }
  if (smaps) fclose(smaps);
  return found;
}

static int all_zero(const unsigned char *bytes, size_t count) {
  unsigned char any = 0;
  for (size_t i = 0; i < count; i++) any |= bytes[i];
  return any == 0;
}

/* Whether a child finds nothing in the page. */
static int child_reads_zeros(const unsigned char *page, size_t size) {
  int status = -1;
  pid_t child = fork();
  if (child == 0) _exit(all_zero(page, size) ? 0 : 1);
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

int main(void) {
  const size_t page_size = (size_t)sysconf(_SC_PAGESIZE);
  const long before = locked_kib();

  /* Pages of its own: locks and advice are about whole pages, and do not nest. */
  unsigned char *page = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  done("mmap", page != MAP_FAILED, "a page of its own");

  /* Before the key is there: what is swapped out or dumped in between cannot be called back. */
  done("mlock", mlock(page, page_size) == 0 && has_flag(page, "lo") == 1, "locked: lo in VmFlags");
  done("VmLck", locked_kib() - before == (long)page_size / 1024, "grew by one page");
  done("MADV_DONTDUMP", madvise(page, page_size, MADV_DONTDUMP) == 0 && has_flag(page, "dd") == 1,
       "left out of core files: dd in VmFlags");
  done("MADV_WIPEONFORK", madvise(page, page_size, MADV_WIPEONFORK) == 0 && has_flag(page, "wf") == 1,
       "not for children: wf in VmFlags");

  /* Straight into the page: a copy that passes through a buffer stays in that buffer. */
  done("getrandom", getrandom(page, KEY_BYTES, 0) == KEY_BYTES && !all_zero(page, KEY_BYTES),
       "the key is in the page, and nowhere else");
  done("fork", child_reads_zeros(page, page_size), "the child reads zeros");

  /* Not memset, which the compiler may leave out for a page that is not read again. And before the lock goes. */
  explicit_bzero(page, KEY_BYTES);
  done("explicit_bzero", all_zero(page, page_size), "the page reads as zeros");
  done("munlock", munlock(page, page_size) == 0 && locked_kib() == before, "VmLck is what it was");
  done("munmap", munmap(page, page_size) == 0, "given back");
  return 0;
}
