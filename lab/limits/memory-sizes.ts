/**
 * Looking at more than this in the host's own process would hold its main loop up; it gets its own process. A look
 * through smaps is the dearest piece: 9 to 18 ms with 256 MiB resident, 3 to 5 ms with this much (npm run bench,
 * main-loop).
 */
export const maxInlineBytes = 64 * 1024 * 1024;

/**
 * What mlockall(2) with MCL_CURRENT brings in of a Node process: 620 MiB in Node 24, thread stacks and heap arenas for
 * the most part.
 */
export const wholeProcessBytes = 768 * 1024 * 1024;
