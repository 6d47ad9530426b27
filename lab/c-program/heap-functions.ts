import type { MallocThreshold } from '../../protocol/operation.ts';
import { goSizeClasses } from '../base/go-size-classes.ts';

/** A function that a C program may need, and everything that it calls before it. */
export interface CFunction {
  readonly name: string;
  readonly source: string;
}

/** A list of numbers as the lines of a C initializer. */
function lines(numbers: readonly number[]): string {
  const rows = Array.from({ length: Math.ceil(numbers.length / 12) }, (_, row) =>
    numbers.slice(row * 12, row * 12 + 12),
  );
  return rows.map((row) => `        ${row.join(', ')},`).join('\n');
}

/** glibc alone has mallopt(3) and malloc_trim(3). */
function setThreshold(parameter: MallocThreshold): string {
  return `
static void set_${parameter.toLowerCase()}(int bytes) {
#ifdef __GLIBC__
    if (!mallopt(${parameter}, bytes)) fputs("mallopt refused\\n", stderr);
#else
    (void)bytes;
#endif
}
`;
}

/** What programs about malloc(3) need; they call `must` and `check`, which stand before them. */
export const heapFunctions: readonly CFunction[] = [
  {
    name: 'larger',
    source: `
static long long larger(long long one, long long other) { return one > other ? one : other; }
`,
  },
  {
    name: 'smaller',
    source: `
static long long smaller(long long one, long long other) { return one < other ? one : other; }
`,
  },
  {
    name: 'go_round_up',
    source: `
/* What Go's allocator has for so many bytes: a size of its table, or pages of 8 KiB. */
static long long go_round_up(long long bytes) {
    static const int sizes[] = {
${lines(goSizeClasses())}
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i] >= bytes) return sizes[i];
    return (bytes + 8191) / 8192 * 8192;
}
`,
  },
  {
    name: 'set_m_mmap_threshold',
    source: setThreshold('M_MMAP_THRESHOLD'),
  },
  {
    name: 'set_m_trim_threshold',
    source: setThreshold('M_TRIM_THRESHOLD'),
  },
  {
    name: 'trim_heap',
    source: `
static void trim_heap(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
`,
  },
  {
    name: 'buffer',
    source: `
struct buffer { unsigned char *items; long long capacity, growths, copied_bytes; };
`,
  },
  {
    name: 'grow_by_realloc',
    source: `
static void grow_by_realloc(struct buffer *buffer, long long capacity, long long size) {
    buffer->items = realloc(buffer->items, (size_t)(capacity * size));
    must("realloc", buffer->items != NULL);
    buffer->capacity = capacity;
    buffer->growths++;
}
`,
  },
  {
    name: 'grow_by_copy',
    source: `
/* As containers do whose items realloc may not move. */
static void grow_by_copy(struct buffer *buffer, long long capacity, long long size) {
    unsigned char *items = malloc((size_t)(capacity * size));
    must("malloc", items != NULL);
    if (buffer->items) memcpy(items, buffer->items, (size_t)(buffer->capacity * size));
    buffer->copied_bytes += buffer->capacity * size;
    free(buffer->items);
    buffer->items = items;
    buffer->capacity = capacity;
    buffer->growths++;
}
`,
  },
  {
    name: 'print_buffer',
    source: `
static void print_buffer(const struct buffer *buffer) {
    printf("capacity %lld after %lld growths, ", buffer->capacity, buffer->growths);
    printf("%lld bytes copied by the program\\n", buffer->copied_bytes);
}
`,
  },
  {
    name: 'page_of',
    source: `
/* The page that a block begins on. */
static unsigned char *page_of(unsigned char *block) {
    return block - (uintptr_t)block % page_size;
}
`,
  },
];
