import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tokenizeC } from '../../../renderer/components/results/tokenize-c.ts';

const kinds = (program: string) =>
  tokenizeC(program)
    .filter(({ kind }) => kind !== 'plain')
    .map(({ kind, text }) => `${kind} ${text}`);

it('tells calls, macros, types, numbers and strings apart', () => {
  expect(kinds('void *a = mmap(NULL, 0x4000, PROT_READ); /* map */')).toEqual([
    'keyword void',
    'call mmap',
    'constant NULL',
    'number 0x4000',
    'constant PROT_READ',
    'comment /* map */',
  ]);
  expect(kinds('#include <stdio.h>\nprintf("a \\" // b\\n"); // end')).toEqual([
    'keyword #include',
    'string <stdio.h>',
    'call printf',
    'string "a \\" // b\\n"',
    'comment // end',
  ]);
});

it('loses nothing of any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (program) => {
      expect(
        tokenizeC(program)
          .map(({ text }) => text)
          .join(''),
      ).toBe(program);
    }),
  );
});
