import { expect, it } from 'vitest';
import { processLocks } from '../../protocol/process-locks.ts';
import type { ProcessRow } from '../../protocol/processes.ts';

const machine = { memTotalBytes: 1 << 30, mlockedBytes: 4096, unevictableBytes: 4096, maxMappings: 65_530 };
const row = (uid: number | null, vmLckBytes: number | null, more: Partial<ProcessRow> = {}) =>
  ({ kind: 'process', uid, user: null, vmLckBytes, vmPinBytes: 0, ...more }) as ProcessRow;

it('adds up the locks of each user, those who lock most first, and leaves out who locks nothing', () => {
  const { users, vmLckBytes, vmPinBytes } = processLocks(
    [row(1, 4096), row(2, 8192), row(1, 8192), row(3, 0), row(4, null), row(5, 0, { vmPinBytes: 12_288 })],
    machine,
  );
  expect(users.map(({ uid, processes, vmLckBytes }) => [uid, processes, vmLckBytes])).toEqual([
    [1, 2, 12_288],
    [2, 1, 8192],
    [5, 1, 0],
  ]);
  expect([vmLckBytes, vmPinBytes]).toEqual([20_480, 12_288]);
});

it.each<[unevictable: number | null, mlocked: number | null, notes: RegExp[]]>([
  [4096, 4096, []],
  [4096, 0, [/4 KiB more than Mlocked/, /4 KiB more is Unevictable/]],
  [12_288, 8192, [/Mlocked is 4 KiB more/, /4 KiB more is Unevictable/]],
  [null, null, []],
])('says what the difference to %s Unevictable and %s Mlocked is of', (unevictableBytes, mlockedBytes, notes) => {
  const found = processLocks([row(1, 4096)], { ...machine, mlockedBytes, unevictableBytes }).notes;
  expect(found.map(({ en }) => en)).toEqual(notes.map((note) => expect.stringMatching(note)));
});

it('says of how many processes it does not know', () => {
  const { unknown, notes } = processLocks([row(1, 4096), row(1, null, { kind: 'unknown' })], machine);
  expect(unknown).toBe(1);
  expect(notes[0]?.en).toMatch(/^Of 1 processes it is unknown/);
});
