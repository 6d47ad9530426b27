import type { CFunction } from './heap-functions.ts';

/** What a program needs that runs itself again with a setting of malloc; they call `must` and `now_ns`. */
export const threadFunctions: readonly CFunction[] = [
  {
    name: 'compile_and_free',
    source: `
struct work { pthread_t thread; int milliseconds; double per_second; long switches; };

/* Allocates and frees inside of the C library; a thread may run it. */
static void *compile_and_free(void *argument) {
    struct work *work = argument;
    struct rusage before, after;
    getrusage(RUSAGE_THREAD, &before);
    long long began = now_ns(), now = began, ends = began + work->milliseconds * 1000000LL, operations = 0;
    for (; now < ends; operations++, now = now_ns()) {
        regex_t regex;
        must("regcomp", regcomp(&regex, "(((((((a)))))))", REG_EXTENDED | REG_NOSUB) == 0);
        regfree(&regex);
    }
    getrusage(RUSAGE_THREAD, &after);
    work->per_second = (double)operations * 1e9 / (double)(now - began);
    work->switches = after.ru_nvcsw - before.ru_nvcsw;
    return NULL;
}
`,
  },
  {
    name: 'print_hoard',
    source: `
/* What a thread keeps of as many blocks as tcache has room for: 7 of each of 64 sizes. */
static void print_hoard(void) {
#if defined __GLIBC__ && __GLIBC_PREREQ(2, 33)
    static void *blocks[64 * 7];
    size_t before = mallinfo2().uordblks;
    for (int i = 0; i < 64 * 7; i++) blocks[i] = malloc(24 + 16 * (size_t)(i / 7));
    for (int i = 0; i < 64 * 7; i++) free(blocks[i]);
    printf("  of 240128 bytes that a thread freed it keeps %zu\\n", mallinfo2().uordblks - before);
#endif
}
`,
  },
  {
    name: 'measure_if_asked',
    source: `
/* A program that run_setting started measures its threads, and ends. */
static void measure_if_asked(void) {
    const char *asked = getenv("MEASURED_THREADS"), *milliseconds = getenv("MEASURED_MILLISECONDS");
    if (!asked || !milliseconds) return;
    struct work work[16];
    int threads = atoi(asked);
    double per_second = 0;
    long switches = 0;
    for (int i = 0; i < threads; i++) {
        work[i].milliseconds = atoi(milliseconds);
        must("pthread_create", pthread_create(&work[i].thread, NULL, compile_and_free, &work[i]) == 0);
    }
    for (int i = 0; i < threads; i++) {
        must("pthread_join", pthread_join(work[i].thread, NULL) == 0);
        per_second += work[i].per_second;
        switches += work[i].switches;
    }
    printf("  threads: %d, operations a second: %.0f, voluntary switches: %ld\\n", threads, per_second, switches);
    print_hoard();
    exit(0);
}
`,
  },
  {
    name: 'run_setting',
    source: `
/* Runs this program again, with a setting of malloc in its environment, to measure so many threads. */
static void run_setting(const char *setting, int threads, int milliseconds) {
    char asked[32], time[32];
    printf("%s\\n", *setting ? setting : "as it is");
    fflush(stdout);
    pid_t child = fork();
    must("fork", child >= 0);
    if (child == 0) {
        snprintf(asked, sizeof asked, "%d", threads);
        snprintf(time, sizeof time, "%d", milliseconds);
        if (*setting) putenv((char *)setting);
        setenv("MEASURED_THREADS", asked, 1);
        setenv("MEASURED_MILLISECONDS", time, 1);
        execl("/proc/self/exe", "program", (char *)NULL);
        perror("execl");
        _exit(1);
    }
    waitpid(child, NULL, 0);
}
`,
  },
];
