/* A busy process: so many MiB resident, and every 0.1 ms an mmap, a munmap and a fault. On a line of standard input it
   prints the percentiles of its mmap since the last one, in ns: p99 p99.9 max. With "idle" it does nothing. */
#define _GNU_SOURCE
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { most = 1000000 };
static unsigned taken[most];

static long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000L + time.tv_nsec;
}

static int smaller(const void *a, const void *b) {
  unsigned one = *(const unsigned *)a, other = *(const unsigned *)b;
  return (one > other) - (one < other);
}

int main(int count, char **words) {
  size_t size = (count > 1 ? atol(words[1]) : 1) << 20, page = sysconf(_SC_PAGESIZE);
  int idle = count > 2 && strcmp(words[2], "idle") == 0;
  char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 1;
  madvise(memory, size, MADV_NOHUGEPAGE);
  for (size_t at = 0; at < size; at += page) memory[at] = 1;
  struct sched_param first = {.sched_priority = 10};
  /* Where it may, it goes before others: what it waits for is then the lock, not the scheduler. */
  sched_setscheduler(0, SCHED_FIFO, &first);
  puts("ready");
  fflush(stdout);
  int times = 0;
  size_t at = 0;
  for (;;) {
    struct pollfd input = {.fd = 0, .events = POLLIN};
    if (poll(&input, 1, idle ? -1 : 0) > 0) {
      char line[16];
      if (read(0, line, sizeof line) <= 0) return 0;
      qsort(taken, times, sizeof *taken, smaller);
      printf("%u %u %u\n", taken[(int)(times * .99)], taken[(int)(times * .999)], times ? taken[times - 1] : 0);
      fflush(stdout);
      times = 0;
    }
    if (idle) continue;
    long began = now();
    char *mapped = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long took = now() - began;
    if (mapped != MAP_FAILED) munmap(mapped, page);
    if (times < most) taken[times++] = took;
    madvise(memory + at, page, MADV_DONTNEED);
    memory[at] = 1;
    at = (at + 64 * page) % size;
    struct timespec pause = {.tv_nsec = 100000};
    nanosleep(&pause, NULL);
  }
}
