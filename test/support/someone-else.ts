import type { TestContext } from 'vitest';

/** `nobody`, as on every Linux. */
export const somebody = 65_534;

/** Skips where the tests are not root's, who alone may be somebody else for a moment, or give a file away. */
export function skipUnlessRoot(context: TestContext): void {
  if (process.geteuid?.() !== 0) context.skip('only root may be another user for a moment');
}

/** Does something as another user, whose files are then its own. */
export async function asSomebody<T>(act: () => Promise<T>): Promise<T> {
  process.setegid?.(somebody);
  process.seteuid?.(somebody);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
