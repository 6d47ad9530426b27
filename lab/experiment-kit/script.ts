import type { Text } from '../../protocol/text.ts';

/**
 * An experiment's script: it yields the title of each step before it takes it. Between the yields the session pauses,
 * waits, goes on or ends; when it ends early, the script's `finally` blocks run.
 */
export type Script<T = void> = AsyncGenerator<Text, T, void>;
