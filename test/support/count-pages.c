/* Counts the pages of an address range of another process, by its pagemap alone: an independent witness.
   Usage: count-pages PID START END (hexadecimal), any number of ranges; prints "present swapped" for each. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int count, char **words) {
  char path[64];
  long page = sysconf(_SC_PAGESIZE);
  if (count < 2) return 2;
  snprintf(path, sizeof path, "/proc/%s/pagemap", words[1]);
  int file = open(path, O_RDONLY);
  if (file < 0) return 1;
  for (int i = 2; i + 1 < count; i += 2) {
    unsigned long start = strtoul(words[i], NULL, 16), end = strtoul(words[i + 1], NULL, 16);
    unsigned long present = 0, swapped = 0;
    for (unsigned long at = start; at < end; at += page) {
      uint64_t entry;
      if (pread(file, &entry, sizeof entry, at / page * sizeof entry) != sizeof entry) break;
      if (entry >> 63) present++;
      else if (entry >> 62 & 1 && !(entry >> 58 & 1)) swapped++;
    }
    printf("%lu %lu\n", present, swapped);
  }
  return 0;
}
