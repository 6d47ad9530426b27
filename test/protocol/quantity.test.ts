import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numbersIn, unitOfName, units } from '../../protocol/quantity.ts';

describe('a quantity', () => {
  it.each([
    [1, 'pages', '1 page', '1 页'],
    [1500, 'pages', '1,500 pages', '1,500 页'],
    [1, 'faults', '1 fault', '1 次缺页'],
    [65_536, 'bytes', '64 KiB', '64 KiB'],
    [3, 'bytes', '3 B', '3 字节'],
    [1.2345, 'ns', '1.23 ns', '1.23 ns'],
    [1234, 'ns', '1.23 µs', '1.23 µs'],
    [2.5e9, 'ns', '2.5 s', '2.5 s'],
    [1300, 'ns-per-page', '1.3 µs a page', '每页 1.3 µs'],
    [1.849, 'times', '1.85×', '1.85×'],
    [1_200_000, 'per-second', '1.2M/s', '每秒 120万'],
    [0, 'plain', '0', '0'],
    ['ENOMEM', 'plain', 'ENOMEM', 'ENOMEM'],
  ] as const)('of %s in %s is read as %s, in Chinese as %s', (value, unit, en, zh) => {
    expect(numbersIn('en').quantity(value, unit)).toBe(en);
    expect(numbersIn('zh').quantity(value, unit)).toBe(zh);
  });

  it('is written as Intl writes it, without Intl', () => {
    const [plain, short] = [{}, { maximumSignificantDigits: 3 }].map((how) => new Intl.NumberFormat('en-US', how));
    const number = fc.oneof(fc.integer(), fc.double(), fc.double({ min: -2000, max: 2000 }), fc.maxSafeInteger());
    fc.assert(
      fc.property(number, (value) => {
        // A number that rounds to nothing has no sign here.
        expect(numbersIn('zh').number(value)).toBe(plain?.format(value).replace(/^-0$/, '0'));
        if (Math.abs(value) < 100) {
          expect(numbersIn('en').quantity(value, 'times')).toBe(`${short?.format(value).replace(/^-0$/, '0')}×`);
        }
      }),
    );
  });

  it.each(units)('that is unknown is said to be, never a number, in %s', (unit) => {
    expect(numbersIn('en').quantity(null, unit)).toBe('unknown');
    expect(numbersIn('zh').quantity(null, unit)).toBe('未知');
  });

  it('has the unit that its name ends in', () => {
    expect(['mlockNs', 'vmSizeBytes', 'windowPages', 'misses'].map(unitOfName)).toEqual([
      'ns',
      'bytes',
      'pages',
      'plain',
    ]);
  });
});
