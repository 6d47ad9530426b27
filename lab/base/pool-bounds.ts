/** The most slots that a pool of an experiment has, which its C program makes room for. */
export const mostSlots = 1024;

/** The most blocks of a pool that are held at once. */
export const mostLive = 256;
