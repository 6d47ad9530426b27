/*
 * An allocator to be preloaded in place of the C library's: lists of free blocks by powers of two under one lock, and address
 * space that is never given back.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/* In front of each block: where what was taken for it starts, and the power of two that this is. */
struct head {
  struct head *start;
  size_t power;
};

static struct head *unused[48];
static char *next, *end;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct head *take(size_t size) {
  size_t power = 6;
  while (((size_t)1 << power) < size) power++;
  pthread_mutex_lock(&lock);
  if (!next) {
    next = mmap(NULL, (size_t)1 << 36, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    end = next == MAP_FAILED ? next : next + ((size_t)1 << 36);
  }
  struct head *head = unused[power];
  if (head) unused[power] = head->start;
  else if ((size_t)(end - next) >= (size_t)1 << power) {
    head = (struct head *)next;
    next += (size_t)1 << power;
  }
  pthread_mutex_unlock(&lock);
  if (head) *head = (struct head){head, power};
  return head;
}

void *memalign(size_t align, size_t size) {
  struct head *start = take(size + sizeof *start + align);
  if (!start) {
    errno = ENOMEM;
    return NULL;
  }
  uintptr_t at = ((uintptr_t)(start + 1) + align - 1) / align * align;
  struct head *head = (struct head *)at - 1;
  *head = (struct head){start, start->power};
  return (void *)at;
}

void *aligned_alloc(size_t align, size_t size) { return memalign(align, size); }

int posix_memalign(void **block, size_t align, size_t size) {
  *block = memalign(align, size);
  return *block ? 0 : ENOMEM;
}

void *malloc(size_t size) { return memalign(16, size); }

size_t malloc_usable_size(void *block) {
  struct head *head = (struct head *)block - 1;
  return block ? (size_t)((char *)head->start + ((size_t)1 << head->power) - (char *)block) : 0;
}

void free(void *block) {
  if (!block) return;
  struct head *start = ((struct head *)block - 1)->start;
  size_t power = ((struct head *)block - 1)->power;
  pthread_mutex_lock(&lock);
  start->start = unused[power];
  unused[power] = start;
  pthread_mutex_unlock(&lock);
}

void *calloc(size_t count, size_t size) {
  size_t bytes = count * size;
  void *block = size && bytes / size != count ? NULL : malloc(bytes);
  return block ? memset(block, 0, bytes) : NULL;
}

void *realloc(void *block, size_t size) {
  size_t room = malloc_usable_size(block);
  if (block && size <= room) return block;
  void *other = malloc(size);
  if (!other || !block) return other;
  memcpy(other, block, room);
  free(block);
  return other;
}
