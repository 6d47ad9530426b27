import { expect, test } from 'vitest';
import { explainedErrnos, meaning } from '../../../native/errno-meanings/errno-meaning.ts';
import { errnoName } from '../../../native/libc/errno.ts';
import { differences } from '../../support/same-meaning.ts';

const names = Array.from({ length: 140 }, (_, number) => errnoName(number));
const all = explainedErrnos().flatMap(({ call, errnos }) =>
  errnos.map((errno) => {
    const name = names.find((each) => each === errno);
    if (!name) throw new Error(`${call}: ${errno} is no errno`);
    return { call, name, ...meaning(call, name) };
  }),
);

test('an errno means something else for each call', () => {
  expect(meaning('mlock', 'ENOMEM').en).toContain('RLIMIT_MEMLOCK');
  expect(meaning('mincore', 'ENOMEM').en).not.toContain('RLIMIT_MEMLOCK');
  expect(meaning('mlock', 'ENOMEM').zh).toContain('RLIMIT_MEMLOCK');
});

test('each call has some, in whole sentences of both languages', () => {
  for (const { call, errnos } of explainedErrnos()) expect(errnos.length, call).toBeGreaterThan(0);
  for (const { call, name, en, zh } of all) {
    expect(en, `${call} ${name}`).toMatch(/^[A-Z].*\.$/);
    expect(zh, `${call} ${name}`).toMatch(/[\u4e00-\u9fff].*。$/);
  }
});

test('the Chinese sentence denies what the English one denies, and names what it names', () => {
  const differ = all.flatMap(({ call, name, ...text }) => differences(text).map((each) => `${call} ${name} ${each}`));
  expect(differ).toEqual([]);
});

test('what a call does not say of an errno, the errno says of itself', () => {
  const bare = (['EACCES', 'EAGAIN', 'EFAULT', 'EINTR', 'EINVAL', 'ENOMEM', 'ENOSYS', 'EPERM'] as const).map((name) =>
    meaning('no such call', name),
  );
  expect(new Set(bare.map(({ en }) => en)).size).toBe(bare.length);
  expect(new Set(bare.map(({ zh }) => zh)).size).toBe(bare.length);
  expect(bare.flatMap(differences)).toEqual([]);
});
