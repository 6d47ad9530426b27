import { describe, expect, it } from 'vitest';
import { ending } from '../../electron/process-end.ts';

describe('how an isolated process of Electron ended', () => {
  it.each([
    [0, { code: 0, signal: null }],
    // What Node gives to process.exit after an error that nobody caught, and what waitpid(2) gives of the same.
    [1, { code: 1, signal: null }],
    [0x100, { code: 1, signal: null }],
    [0x0900, { code: 9, signal: null }],
    [0xff00, { code: 255, signal: null }],
    [9, { code: null, signal: 'SIGKILL' }],
    [11, { code: null, signal: 'SIGSEGV' }],
    [11 | 0x80, { code: null, signal: 'SIGSEGV' }],
    [5 | 0x80, { code: null, signal: 'SIGTRAP' }],
  ])('tells %d as what it is', (code, end) => {
    expect(ending(code)).toEqual(end);
  });
});
