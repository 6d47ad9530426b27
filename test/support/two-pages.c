/* Two pages that 32 bytes of the input go into each, the second left out of core files. Then it aborts, or waits to be dumped. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv) {
  long size = sysconf(_SC_PAGESIZE);
  char *shown = mmap(NULL, 3 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char *hidden = shown + 2 * size;
  if (shown == MAP_FAILED || mprotect(shown, size, PROT_READ | PROT_WRITE) || mprotect(hidden, size, PROT_READ | PROT_WRITE))
    return 1;
  if (madvise(hidden, size, MADV_DONTDUMP)) return 2;
  if (read(0, shown + 100, 32) != 32 || read(0, hidden + size - 32, 32) != 32) return 3;
  printf("%p %p %ld\n", (void *)shown, (void *)hidden, size);
  fflush(stdout);
  if (argc > 1) abort();
  pause();
}
