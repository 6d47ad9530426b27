/*
 * io_uring's registered buffers are held to RLIMIT_MEMLOCK too, in a count of their own: that of the user, not that of the process.
 *
 *   cc -o io-uring-limit io-uring-limit.c && prlimit --memlock=65536 ./io-uring-limit    (as an ordinary user, without CAP_IPC_LOCK)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static void show(const char *call, long failed) {
  int error = errno;
  char line[256];
  printf("%-44s %-7s", call, failed ? strerrorname_np(error) : "0");
  FILE *status = fopen("/proc/self/status", "r");
  while (status && fgets(line, sizeof line, status)) {
    long kib;
    if (sscanf(line, "VmLck: %ld", &kib) == 1) printf(" VmLck %ld KiB", kib);
    if (sscanf(line, "VmPin: %ld", &kib) == 1) printf("  VmPin %ld KiB", kib);
  }
  if (status) fclose(status);
  puts("");
}

static long registered(void *buffer, size_t length) {
  struct io_uring_params parameters;
  memset(&parameters, 0, sizeof parameters);
  int ring = (int)syscall(SYS_io_uring_setup, 8, &parameters);
  struct iovec vector = {buffer, length};
  return ring < 0 ? -1 : syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &vector, 1);
}

int main(void) {
  char *p = mmap(NULL, 256 << 10, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  show("register a buffer of 48 KiB", registered(p, 48 << 10));
  show("mlock 32 KiB", mlock(p + (64 << 10), 32 << 10));
  show("register 32 KiB more, in another ring", registered(p + (128 << 10), 32 << 10));
  return 0;
}
