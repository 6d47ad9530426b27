import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesIn, prologue } from '../../../../lab/c-program/prologue.ts';
import { FormulaError, readFormula } from '../../../../lab/experiments/growth-factor/formula.ts';
import { containers, grown, ownRule, type Rule } from '../../../../lab/experiments/growth-factor/rules.ts';
import { compileAndRun, skipWithoutCompiler } from '../../../support/compile.ts';

const full = { c: 10, n: 11, size: 16 };
const value = (text: string) => readFormula(text).value(full);

describe('a formula', () => {
  it.each([
    ['c + c / 2', 15],
    ['n', 11],
    ['c + c >> 1', 10],
    ['c + (c >> 1)', 15],
    ['2 + 3 * 4 - 5', 9],
    ['20 / 3 / 2', 3],
    ['20 - 3 - 2', 15],
    ['1 << 2 + 1', 8],
    ['(3 - 10) / 2', -3],
    ['(3 - 10) % 4', -3],
    ['(3 - 10) * (c / 20)', 0],
    ['(3 - 10) % 7', 0],
    ['max(c, n, 7)', 11],
    ['min(c, n, 7)', 7],
    [' max ( 64/size ,1 ) ', 4],
    ['0010', 10],
  ])('is read as C would: %s', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it.each([
    ['', /ends where a value should follow/, /在应当有值的地方结束/],
    ['c +', /ends where a value should follow/, /在应当有值的地方结束/],
    ['c c', /has a “c” where it should end/, /在应当结束处出现 “c”/],
    ['(c', /ends where a “\)” should be/, /在应为 “\)” 之处已结束/],
    ['max c', /has a “c” where a “\(” should be/, /在应为 “\(” 之处出现 “c”/],
    ['c * 1.5', /1\.5, which is not a whole number; .*c \+ c \/ 2/, /非整数 1\.5/],
    ['process', /has “process” where a number, c, n, size/, /出现 “process”/],
    ['constructor', /has “constructor” where/, /出现 “constructor”/],
    ['c.n', /has a “\.”, which has no meaning/, /没有意义的 “\.”/],
    ['c ^ 2', /has a “\^”/, /“\^”/],
    ['-c', /has “-” where a number/, /出现 “-”/],
    ['9'.repeat(20), /overflows/, /溢出/],
    ['(('.repeat(200), /has 400 letters, over 200/, /长 400 个字符/],
  ])('that cannot be read is refused with what is wrong, in both languages: %s', (text, en, zh) => {
    const why = whyOf(() => readFormula(text));
    expect(why.en).toMatch(en);
    expect(why.zh).toMatch(zh);
  });

  it.each([
    ['n / (c - 10)', /divides by 0/],
    ['n % (c - 10)', /divides by 0/],
    ['(1 << 52) * 4', /overflows/],
    ['n << 63', /shifts 11 by 63/],
    ['(1 - n) << 1', /shifts -10 by 1/],
    ['n >> (1 - n)', /shifts 11 by -10/],
  ])('whose value is none is refused when it comes to that: %s', (text, why) => {
    const formula = readFormula(text);
    expect(whyOf(() => formula.value(full)).en).toMatch(why);
  });

  it('never throws anything but what is wrong with it, whatever was typed', () => {
    const letters = fc.constantFrom(...'cn01+-*/%<>(), ', 'size', 'max(', 'min(', '<<', '>>', '\u0000', 'é', '𝄞', '\n');
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 60 }), (parts) => {
        try {
          const result = readFormula(parts.join('')).value(full);
          expect(Number.isSafeInteger(result)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(FormulaError);
        }
      }),
    );
  });

  it('has the same value as its C', async (context) => {
    skipWithoutCompiler(context);
    const texts = fc.sample(formulas, 200).filter((text) => text.length <= 200);
    const told = texts.flatMap((text) => {
      try {
        const formula = readFormula(text);
        return [{ text, c: formula.c, value: formula.value(full) }];
      } catch (error) {
        expect(error).toBeInstanceOf(FormulaError);
        return [];
      }
    });
    expect(told.length).toBeGreaterThan(20);
    const printed = valuesInC(
      told.map(({ c }) => c),
      full,
    );
    expect(told.map(({ text }, index) => [text, printed[index]])).toEqual(told.map(({ text, value }) => [text, value]));
  });
});

const formulas: fc.Arbitrary<string> = fc.letrec<{ formula: string }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('c', 'n', 'size', '1', '3', '1000'),
    fc.tuple(tie('formula'), fc.constantFrom('+', '-', '*', '/', '%'), tie('formula')).map((parts) => parts.join(' ')),
    fc.tuple(tie('formula'), fc.constantFrom('<<', '>>'), fc.constantFrom('1', '2')).map((parts) => parts.join(' ')),
    tie('formula').map((inner) => `(${inner})`),
    fc
      .tuple(fc.constantFrom('max', 'min'), tie('formula'), tie('formula'))
      .map(([most, a, b]) => `${most}(${a}, ${b})`),
  ),
})).formula;

function whyOf(act: () => unknown): FormulaError['why'] {
  try {
    act();
  } catch (error) {
    if (error instanceof FormulaError) return error.why;
    throw error;
  }
  throw new Error('it was not refused');
}

function valuesInC(expressions: readonly string[], { c, n, size }: typeof full): number[] {
  const lines = expressions.map((expression) => `    printf("%lld\\n", (long long)${expression});`);
  const head = `    long long c = ${c}, n = ${n}, size = ${size};\n    (void)c, (void)n, (void)size, page_size = 0;\n`;
  const body = `int main(void) {\n${head}${lines.join('\n')}\n    return 0;\n}\n`;
  return compileAndRun(`${prologue(namesIn(body))}${body}`)
    .trim()
    .split('\n')
    .map(Number);
}

/** The capacities that a rule has one after the other. */
function capacities(rule: Rule, size: number, count: number): number[] {
  const all: number[] = [];
  for (let c = 0; all.length < count; ) {
    c = grown(rule, { c, n: c + 1, size });
    all.push(c);
  }
  return all;
}

/** As their users have seen them: printed cap(s), capacity(), sys.getsizeof, and the like. */
const seen: readonly [keyof typeof containers, size: number, readonly number[]][] = [
  ['libstdcxx', 8, [1, 2, 4, 8, 16, 32]],
  ['libcxx', 8, [1, 2, 4, 8, 16, 32]],
  ['msvc', 8, [1, 2, 3, 4, 6, 9, 13, 19, 28]],
  ['folly', 8, [8, 16, 32, 64, 128, 256, 512, 768, 1152]],
  ['go', 8, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 848, 1280, 1792, 2560]],
  ['cpython', 8, [4, 8, 16, 24, 32, 40, 52, 64, 76, 92]],
  ['rust', 8, [4, 8, 16, 32]],
  ['rust', 1, [8, 16, 32]],
  ['rust', 2000, [1, 2, 4]],
  ['java', 8, [10, 15, 22, 33, 49, 73]],
  ['ruby', 8, [17, 34, 52, 79]],
  ['dotnet', 8, [4, 8, 16, 32]],
  ['v8', 8, [17, 43, 82]],
];

describe('the rules of containers', () => {
  it.each(seen)('%s, items of %i bytes: %j', (id, size, expected) => {
    expect(capacities(containers[id], size, expected.length)).toEqual(expected);
  });

  it.each(Object.entries<Rule>(containers))('%s is the same in C', (_id, rule) => {
    const states = [0, 1, 7, 255, 256, 1000, 4095, 100_000, 200_001].flatMap((c) =>
      [1, 3, 8, 16, 1500, 4096].map((size) => ({ c, n: c + 1, size })),
    );
    const inC = states.map(({ c, n, size }) =>
      rule.c.replaceAll(/\b(?:c|n|size)\b/g, (name) => `${{ c, n, size }[name]}LL`),
    );
    expect(valuesInC(inC, full)).toEqual(states.map((state) => grown(rule, state)));
  });

  it('name their source', () => {
    for (const { source } of Object.values<Rule>(containers)) expect(source).toMatch(/./);
  });
});

describe('a rule of the user’s own', () => {
  it.each([
    ['c', /does not grow: with c = 10 it is 10, and 11 are needed/],
    ['n << 50', /overflows: /],
  ])('is refused where it does not grow or is absurd: %s', (text, why) => {
    expect(whyOf(() => grown(ownRule(text), full)).en).toMatch(why);
  });
});
