/*
 * How many pages of a file mincore(2) calls resident, and what cachestat(2), Linux 6.5, says of the same file. Whoever may not write the
 * file is told "all" by the one and EPERM by the other.
 *
 *   cc -o mincore-file mincore-file.c && ./mincore-file FILE
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

int main(int count, char **words) {
  struct stat file;
  int fd = count == 2 ? open(words[1], O_RDONLY) : -1;
  if (fd < 0 || fstat(fd, &file) != 0) return perror("mincore-file FILE"), 2;

  size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = ((size_t)file.st_size + page - 1) / page, resident = 0;
  unsigned char *states = calloc(pages, 1);
  void *mapped = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED || mincore(mapped, (size_t)file.st_size, states) != 0) return perror("mincore"), 1;
  for (size_t i = 0; i < pages; i++) resident += states[i] & 1;
  printf("mincore:   %zu of %zu pages resident\n", resident, pages);

  unsigned long long range[2] = {0, 0}, stat[5] = {0};
  if (syscall(SYS_cachestat, fd, range, stat, 0) == 0) printf("cachestat: %llu pages cached\n", stat[0]);
  else printf("cachestat: %s\n", strerrorname_np(errno));
  return 0;
}
