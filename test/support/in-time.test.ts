import { describe, expect, it } from 'vitest';
import { TestReader } from './harness.ts';

describe('a wait of a test', () => {
  it('fails before the test’s own limit does, and names what did not happen', { timeout: 1000 }, async () => {
    const reader = new TestReader();
    reader.event({ kind: 'measurement', session: 1, name: 'of-this', value: 1 });
    await expect(reader.state('completed')).rejects.toThrow(
      /^What was waited for did not happen: the session is completed; .*"of-this"/,
    );
  });
});
