import { mostSlots } from '../base/pool-bounds.ts';
import type { CFunction } from './heap-functions.ts';

/** What programs need whose pool evicts what is idle for longest. */
export const slotFunctions: readonly CFunction[] = [
  {
    name: 'capped_pool',
    source: `
/* Slots of one mapping: live, idle (the last is given first), and cold. An advice of -1: none is ever evicted. */
struct capped_pool {
    unsigned char *start;
    size_t size;
    int cap, advice, live_count, idle_count, cold_count;
    int live[${mostSlots}], idle[${mostSlots} + 1], cold[${mostSlots}];
    long misses, evicted;
};
`,
  },
  {
    name: 'fill_capped',
    source: `
static void fill_capped(struct capped_pool *pool, unsigned char *start, int slots, size_t size, int cap, int advice) {
    pool->start = start;
    pool->size = size;
    pool->cap = cap;
    pool->advice = advice;
    for (int slot = slots; slot > 0; slot--) pool->cold[pool->cold_count++] = slot - 1;
}
`,
  },
  {
    name: 'serve_until',
    source: `
/* Takes slots and writes them, or gives them back and evicts, until so many are live. */
static void serve_until(struct capped_pool *pool, int live) {
    while (pool->live_count < live) {
        int missed = pool->idle_count == 0;
        int slot = missed ? pool->cold[--pool->cold_count] : pool->idle[--pool->idle_count];
        pool->misses += missed;
        pool->live[pool->live_count++] = slot;
        memset(pool->start + (size_t)slot * pool->size, 1, pool->size);
    }
    while (pool->live_count > live) {
        pool->idle[pool->idle_count++] = pool->live[--pool->live_count];
        if (pool->idle_count <= pool->cap) continue;
        int oldest = pool->idle[0];
        memmove(pool->idle, pool->idle + 1, (size_t)--pool->idle_count * sizeof *pool->idle);
        pool->cold[pool->cold_count++] = oldest;
        pool->evicted++;
        check("madvise", madvise(pool->start + (size_t)oldest * pool->size, pool->size, pool->advice));
    }
}
`,
  },
  {
    name: 'print_capped',
    source: `
static void print_capped(const struct capped_pool *pool) {
    printf("%d live, %d idle, %ld misses, %ld evicted\\n", pool->live_count, pool->idle_count, pool->misses, pool->evicted);
}
`,
  },
];
