import { type CFunction, heapFunctions } from './heap-functions.ts';
import { poolFunctions } from './pool-functions.ts';
import { slotFunctions } from './slot-functions.ts';
import { threadFunctions } from './thread-functions.ts';

/** Regions of more pages are counted and not drawn: nobody reads more than 64 lines of dots. */
export const mostDrawnPages = 4096;

/**
 * In an order in which each calls only those before it. The program gets those that it uses: a compiler warns of the
 * others.
 */
export const functions: readonly CFunction[] = [
  {
    name: 'must',
    source: `
/* Without this there is nothing to go on with. */
static void must(const char *call, int succeeded) {
    if (succeeded) return;
    fflush(stdout);
    perror(call);
    exit(1);
}
`,
  },
  {
    name: 'check',
    source: `
/* A refused call is told, and the program goes on. */
static void check(const char *call, int failed) {
    if (!failed) return;
    fflush(stdout);
    perror(call);
}
`,
  },
  {
    name: 'room',
    source: `
/*
 * An address with room for so many pages, a multiple of \`align\` pages, between pages that nobody may touch: the
 * kernel merges neighbouring mappings that are alike, and each region is to be its own mapping.
 */
static void *room(size_t pages, size_t align) {
    size_t fenced = (pages + align + 1) * page_size, step = align * page_size;
    void *start = mmap(NULL, fenced, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED) return NULL;
    uintptr_t first = ((uintptr_t)start + page_size + step - 1) / step * step;
    munmap((void *)first, pages * page_size);
    return (void *)first;
}
`,
  },
  {
    name: 'file_on_disk',
    source: `
/* A new file whose pages are written out, as /tmp may be memory in /var/tmp; it is gone when the program ends. */
static int file_on_disk(size_t pages) {
    char path[] = "/var/tmp/pages-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0) return fd;
    unlink(path);
    char *page = malloc(page_size);
    must("malloc", page != NULL);
    memset(page, 1, page_size);
    for (size_t i = 0; i < pages; i++) must("write", write(fd, page, page_size) == (ssize_t)page_size);
    free(page);
    must("fsync", fsync(fd) == 0);
    return fd;
}
`,
  },
  {
    name: 'write_page',
    source: `
/* One byte is enough. It is volatile so that the compiler does not leave it out. */
static void write_page(unsigned char *page) { *(volatile unsigned char *)page = 1; }
`,
  },
  {
    name: 'read_page',
    source: `
/* One byte is enough. It is volatile so that the compiler does not leave it out. */
static void read_page(unsigned char *page) { (void)*(volatile unsigned char *)page; }
`,
  },
  {
    name: 'try_write',
    source: `
/* Writes a page through the kernel, which says EFAULT where a store of our own would be the end of the program. */
static int try_write(unsigned char *page) {
    char byte = 1;
    struct iovec from = {&byte, 1}, to = {page, 1};
    int written = process_vm_writev(getpid(), &from, 1, &to, 1, 0) == 1;
    check("process_vm_writev", !written);
    return written;
}
`,
  },
  {
    name: 'try_read',
    source: `
/* Reads a page through the kernel, which says EFAULT where a load of our own would be the end of the program. */
static int try_read(unsigned char *page) {
    char byte;
    struct iovec to = {&byte, 1}, from = {page, 1};
    int read = process_vm_readv(getpid(), &to, 1, &from, 1, 0) == 1;
    check("process_vm_readv", !read);
    return read;
}
`,
  },
  {
    name: 'try_wipe',
    source: `
/*
 * Zeroes through the kernel, up to the first page where it says EFAULT; a store of our own there would be the end of
 * the program.
 */
static void try_wipe(unsigned char *start, size_t length) {
    static unsigned char zeros[65536];
    for (size_t done = 0; done < length;) {
        size_t left = page_size - (uintptr_t)(start + done) % page_size;
        if (left > length - done) left = length - done;
        struct iovec from = {zeros, left}, to = {start + done, left};
        int wiped = process_vm_writev(getpid(), &from, 1, &to, 1, 0) == (ssize_t)left;
        check("process_vm_writev", !wiped);
        if (!wiped) return;
        done += left;
    }
}
`,
  },
  {
    name: 'store_by_pipe',
    source: `
/* The kernel stores what comes out of a pipe: EFAULT where a store of our own would be the end of the program. */
static int store_by_pipe(unsigned char *to, const unsigned char *bytes, size_t length) {
    int ends[2];
    must("pipe", pipe(ends) == 0);
    must("write", write(ends[1], bytes, length) == (ssize_t)length);
    int stored = read(ends[0], to, length) == (ssize_t)length;
    check("read", !stored);
    close(ends[0]);
    close(ends[1]);
    return stored;
}
`,
  },
  {
    name: 'try_write_secret',
    source: `
/* Writes a page that process_vm_writev does not reach. */
static int try_write_secret(unsigned char *page) { return store_by_pipe(page, (const unsigned char *)"\\1", 1); }
`,
  },
  {
    name: 'try_read_secret',
    source: `
/* Reads a page that process_vm_readv does not reach: the kernel loads what goes into a pipe. */
static int try_read_secret(unsigned char *page) {
    int ends[2];
    must("pipe", pipe(ends) == 0);
    int loaded = write(ends[1], page, 1) == 1;
    check("write", !loaded);
    close(ends[0]);
    close(ends[1]);
    return loaded;
}
`,
  },
  {
    name: 'try_wipe_secret',
    source: `
/* Zeroes pages that process_vm_writev does not reach, up to the first that may not be written. */
static void try_wipe_secret(unsigned char *start, size_t length) {
    static unsigned char zeros[65536];
    for (size_t done = 0; done < length;) {
        size_t left = page_size - (uintptr_t)(start + done) % page_size;
        if (left > length - done) left = length - done;
        if (!store_by_pipe(start + done, zeros, left)) return;
        done += left;
    }
}
`,
  },
  {
    name: 'look',
    source: `
/*
 * Which of up to 64 pages are in memory. Where one is not mapped mincore refuses them all, so they are asked about one
 * by one.
 */
static size_t look(unsigned char *start, size_t pages, unsigned char resident[64]) {
    if (mincore(start, pages * page_size, resident) != 0) {
        for (size_t page = 0; page < pages; page++)
            if (mincore(start + page * page_size, page_size, resident + page) != 0) resident[page] = 0;
    }
    size_t count = 0;
    for (size_t page = 0; page < pages; page++) count += resident[page] & 1;
    return count;
}
`,
  },
  {
    name: 'count_resident',
    source: `
static size_t count_resident(unsigned char *start, size_t pages) {
    unsigned char resident[64];
    size_t count = 0;
    for (size_t page = 0; page < pages; page += 64)
        count += look(start + page * page_size, pages - page < 64 ? pages - page : 64, resident);
    return count;
}
`,
  },
  {
    name: 'show',
    source: `
/* The page map: 64 pages a line, * for one that is in memory and . for one that is not. */
static void show(const char *call, const char *name, unsigned char *start, size_t pages) {
    printf("%s after %s: resident %zu/%zu pages\\n", name, call, count_resident(start, pages), pages);
    if (pages > ${mostDrawnPages}) return;
    for (size_t first = 0; first < pages; first += 64) {
        unsigned char resident[64];
        size_t count = pages - first < 64 ? pages - first : 64;
        look(start + first * page_size, count, resident);
        printf("%p: ", (void *)(start + first * page_size));
        for (size_t page = 0; page < count; page++) putchar(resident[page] & 1 ? '*' : '.');
        putchar('\\n');
    }
}
`,
  },
  {
    name: 'summarize',
    source: `
/* msync with these flags writes nothing and is refused (EBUSY) where a page is locked. */
static void summarize(const char *name, unsigned char *start, size_t pages) {
    size_t locked = 0;
    for (size_t page = 0; page < pages; page++)
        locked += msync(start + page * page_size, page_size, MS_ASYNC | MS_INVALIDATE) != 0 && errno == EBUSY;
    printf("%s: resident %zu/%zu, locked pages %zu\\n", name, count_resident(start, pages), pages, locked);
}
`,
  },
  {
    name: 'print_locked_bytes',
    source: `
/* The line VmLck of /proc/self/status: what the limit is held against. */
static void print_locked_bytes(void) {
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, "VmLck:", 6) == 0) fputs(line, stdout);
    if (status) fclose(status);
}
`,
  },
  ...heapFunctions,
  ...poolFunctions,
  ...slotFunctions,
  ...threadFunctions,
];
