import { mostLive, mostSlots } from '../base/pool-bounds.ts';
import type { CFunction } from './heap-functions.ts';

/** What programs about pools of blocks need; they call `must`, which stands before them. */
export const poolFunctions: readonly CFunction[] = [
  {
    name: 'pool',
    source: `
/* Slots of one mapping; the one that came back last is given first. */
struct pool { size_t free; unsigned char *slots[${mostSlots}]; };
`,
  },
  {
    name: 'fill_pool',
    source: `
static void fill_pool(struct pool *pool, unsigned char *start, size_t slots, size_t slot_size) {
    for (size_t slot = slots; slot > 0; slot--) pool->slots[pool->free++] = start + (slot - 1) * slot_size;
}
`,
  },
  {
    name: 'take_slot',
    source: `
static unsigned char *take_slot(struct pool *pool, size_t size) {
    (void)size;
    return pool->free == 0 ? NULL : pool->slots[--pool->free];
}
`,
  },
  {
    name: 'put_slot',
    source: `
static void put_slot(struct pool *pool, unsigned char *block, size_t size) {
    (void)size;
    pool->slots[pool->free++] = block;
}
`,
  },
  {
    name: 'map_block',
    source: `
static unsigned char *map_block(struct pool *pool, size_t size) {
    (void)pool;
    void *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return block == MAP_FAILED ? NULL : block;
}
`,
  },
  {
    name: 'unmap_block',
    source: `
static void unmap_block(struct pool *pool, unsigned char *block, size_t size) {
    (void)pool;
    must("munmap", munmap(block, size) == 0);
}
`,
  },
  {
    name: 'malloc_block',
    source: `
static unsigned char *malloc_block(struct pool *pool, size_t size) {
    (void)pool;
    return malloc(size);
}
`,
  },
  {
    name: 'free_block',
    source: `
static void free_block(struct pool *pool, unsigned char *block, size_t size) {
    (void)pool;
    (void)size;
    free(block);
}
`,
  },
  {
    name: 'now_ns',
    source: `
static long long now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}
`,
  },
  {
    name: 'faults_so_far',
    source: `
static long faults_so_far(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_minflt;
}
`,
  },
  {
    name: 'by_amount',
    source: `
static int by_amount(const void *one, const void *other) {
    long long a = *(const long long *)one, b = *(const long long *)other;
    return (a > b) - (a < b);
}
`,
  },
  {
    name: 'serve',
    source: `
/*
 * Gets so many blocks and writes each, \`most\` of them before they are all given back. The times are of getting and
 * writing.
 */
static void serve(const char *name, struct pool *pool, unsigned char *(*get)(struct pool *, size_t),
                  void (*put)(struct pool *, unsigned char *, size_t), size_t requests, size_t most, size_t size) {
    unsigned char *live[${mostLive}];
    /* Not malloc's, and written before the faults are counted. */
    size_t length = requests * sizeof(long long);
    long long *times = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must("mmap", times != MAP_FAILED);
    memset(times, 0, length);
    long faults = faults_so_far();
    size_t held = 0;
    for (size_t served = 0; served < requests;) {
        long long began = now_ns();
        live[held] = get(pool, size);
        must(name, live[held] != NULL);
        memset(live[held++], (int)(served & 255), size);
        times[served++] = now_ns() - began;
        if (held < most && served < requests) continue;
        for (size_t i = 0; i < held; i++) put(pool, live[i], size);
        held = 0;
    }
    faults = faults_so_far() - faults;
    qsort(times, requests, sizeof *times, by_amount);
    printf("%s: %zu requests, %zu at once, %ld faults; ", name, requests, most, faults);
    printf("p50 %lld ns, p99 %lld ns, ", times[requests / 2], times[requests * 99 / 100]);
    printf("p99.9 %lld ns\\n", times[requests * 999 / 1000]);
    munmap(times, length);
}
`,
  },
];
