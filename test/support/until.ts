import { vi } from 'vitest';

/** Waits until a check throws no more, for as long as a busy machine may take: Vitest gives up after one second. */
export const until = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 40_000 });
