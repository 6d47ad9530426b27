/*
 * What the same work costs in C, on the same machine in the same run.
 *
 *   native mincore PAGES ROUNDS   median ns of one mincore over PAGES resident pages
 *   native touch   PAGES ROUNDS   median ns of storing a byte into each of PAGES fresh pages
 *
 * CPU time, so that what else the machine does is not counted. MADV_NOHUGEPAGE, so that a page is a page.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static volatile char *map(size_t length) {
  char *address = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED) {
    perror("mmap");
    exit(1);
  }
  madvise(address, length, MADV_NOHUGEPAGE);
  return address;
}

static void touch(volatile char *address, size_t pages, size_t size) {
  for (size_t i = 0; i < pages; i++) address[i * size] = 1;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  size_t size = sysconf(_SC_PAGESIZE), pages = atol(argv[2]), rounds = atol(argv[3]), length = pages * size;
  double *times = malloc(rounds * sizeof *times);
  if (strcmp(argv[1], "mincore") == 0) {
    volatile char *address = map(length);
    unsigned char *vec = malloc(pages);
    touch(address, pages, size);
    for (size_t round = 0; round < rounds; round++) {
      double begin = now();
      mincore((void *)address, length, vec);
      times[round] = now() - begin;
    }
  } else if (strcmp(argv[1], "touch") == 0) {
    for (size_t round = 0; round < rounds; round++) {
      volatile char *address = map(length);
      double begin = now();
      touch(address, pages, size);
      times[round] = now() - begin;
      munmap((void *)address, length);
    }
  } else {
    return 2;
  }
  qsort(times, rounds, sizeof *times, ascending);
  printf("%.0f\n", times[rounds / 2]);
}
