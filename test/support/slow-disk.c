/*
 * A disk that is slow, and may be full. Preloaded, it lets a program wait at each write to a file and each time that it
 * wants to know its writes on the disk, and refuses what is over its room. $SLOW_DISK is three numbers: microseconds for
 * each KiB that is written, milliseconds for each sync, and bytes of room (0 has no end). What is written to a pipe or a
 * socket is as fast as ever: programs write to files with pwrite(2).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long us_per_kib, ms_per_sync, room;
static long written;

__attribute__((constructor)) static void begin(void) {
  const char *told = getenv("SLOW_DISK");
  if (told && sscanf(told, "%ld %ld %ld", &us_per_kib, &ms_per_sync, &room) != 3) abort();
}

static void wait_us(long us) {
  struct timespec left = {us / 1000000, us % 1000000 * 1000};
  while (nanosleep(&left, &left) && errno == EINTR);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (!real) real = dlsym(RTLD_NEXT, "pwrite64");
  wait_us(us_per_kib * (long)length / 1024);
  written += (long)length;
  if (room && written > room) {
    errno = ENOSPC;
    return -1;
  }
  return real(fd, bytes, length, at);
}

static int synced(const char *name, int fd) {
  int (*real)(int) = dlsym(RTLD_NEXT, name);
  wait_us(ms_per_sync * 1000);
  return real(fd);
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
