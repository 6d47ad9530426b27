/**
 * For tests of claims about times: a loaded machine may make two equal times differ by chance, but not again and again.
 */
export const byTheClock = { timeout: 120_000, retry: 2 } as const;
