/**
 * A rule of growth as text: whole numbers, `c` (the capacity), `n` (items that are needed), `size` (bytes of an item),
 * `+ - * / % << >>` with the precedence of C, `max(…)`, `min(…)` and parentheses. Read into functions, never evaluated
 * as code.
 */
import type { Text } from '../../../protocol/text.ts';

/** What is known when a buffer is full. */
export interface Full {
  readonly c: number;
  readonly n: number;
  readonly size: number;
}

/** A formula that was read. */
export interface Formula {
  /** Its value; throws `FormulaError` where that is no whole number that a double has exactly. */
  readonly value: (full: Full) => number;
  /** The same in C, of `long long`s of these names, with every operation in parentheses. */
  readonly c: string;
}

/** What is wrong with a formula, as the end of a sentence about it. */
export class FormulaError extends Error {
  override readonly name = 'FormulaError';
  readonly why: Text;

  constructor(en: string, zh: string) {
    super(en);
    this.why = { en, zh };
  }
}

/** Longer ones are refused, which bounds how deep parentheses can be. */
const mostLetters = 200;
/** No shift is by more: a double is exact up to 2^53. */
const mostShift = 62;

const variables = ['c', 'n', 'size'] as const;

type Operator = (left: number, right: number) => number;

/** From what binds least to what binds most, as in C. */
const levels: readonly Readonly<Record<string, Operator>>[] = [
  { '<<': (a, b) => shiftable(a, b) * 2 ** b, '>>': (a, b) => Math.floor(shiftable(a, b) / 2 ** b) },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  {
    // Not −0, which C's whole numbers do not have.
    '*': (a, b) => a * b + 0,
    // As C does, towards 0.
    '/': (a, b) => Math.trunc(a / divisor(b)) + 0,
    '%': (a, b) => (a % divisor(b)) + 0,
  },
];

function divisor(value: number): number {
  if (value === 0) throw new FormulaError('divides by 0', '除以了 0');
  return value;
}

/** C defines no shift of a negative number to the left, and none by a negative number. */
function shiftable(value: number, by: number): number {
  if (value >= 0 && by >= 0 && by <= mostShift) return value;
  throw new FormulaError(`shifts ${value} by ${by}`, `将 ${value} 移动 ${by} 位`);
}

function exact(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new FormulaError('overflows: its value is beyond 2^53', '溢出：其值超出 2^53');
}

/** Reads a formula. Throws `FormulaError`. */
export function readFormula(text: string): Formula {
  return new Reader(tokensOf(text)).formula();
}

function tokensOf(text: string): string[] {
  if (text.length > mostLetters)
    throw new FormulaError(
      `has ${text.length} letters, over ${mostLetters}`,
      `长 ${text.length} 个字符，超过 ${mostLetters}`,
    );
  const tokens: string[] = [];
  const token = /\s*(?:([A-Za-z_]\w*|\d+(?:\.\d*)?|<<|>>|[-+*/%(),])|(\S))/gy;
  for (let found = token.exec(text); found?.[0]; found = token.exec(text)) {
    const [, known, other] = found;
    if (known === undefined)
      throw new FormulaError(`has a “${other}”, which has no meaning here`, `含有没有意义的 “${other}”`);
    tokens.push(known);
  }
  return tokens;
}

/** Recursive descent; each call takes a token, so it ends, and goes no deeper than there are tokens. */
class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  formula(): Formula {
    const whole = this.#level(0);
    const rest = this.#tokens[this.#at];
    if (rest !== undefined) throw new FormulaError(`has a “${rest}” where it should end`, `在应当结束处出现 “${rest}”`);
    return whole;
  }

  #level(level: number): Formula {
    const operators = levels[level];
    if (!operators) return this.#operand();
    let left = this.#level(level + 1);
    for (let name = this.#tokens[this.#at]; name !== undefined && Object.hasOwn(operators, name); ) {
      this.#at++;
      left = joined(left, name, operators[name], this.#level(level + 1));
      name = this.#tokens[this.#at];
    }
    return left;
  }

  #operand(): Formula {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new FormulaError('ends where a value should follow', '在应当有值的地方结束');
    if (token === '(') {
      const inner = this.#level(0);
      this.#expect(')');
      return inner;
    }
    if (token === 'max' || token === 'min') return this.#most(token);
    const variable = variables.find((name) => name === token);
    if (variable) return { value: (full) => full[variable], c: variable };
    if (/^\d+$/.test(token)) {
      const number = exact(Number(token));
      return { value: () => number, c: `${number}` };
    }
    if (/^\d/.test(token))
      throw new FormulaError(
        `has ${token}, which is not a whole number; for half as much again write c + c / 2`,
        `含有非整数 ${token}；增加一半请写成 c + c / 2`,
      );
    throw new FormulaError(
      `has “${token}” where a number, c, n, size, max(…) or min(…) should be`,
      `在应为数字、c、n、size、max(…) 或 min(…) 之处出现 “${token}”`,
    );
  }

  #most(name: 'max' | 'min'): Formula {
    this.#expect('(');
    let all = this.#level(0);
    const pick = name === 'max' ? Math.max : Math.min;
    const call = name === 'max' ? 'larger' : 'smaller';
    while (this.#tokens[this.#at] === ',') {
      this.#at++;
      const [one, other] = [all, this.#level(0)];
      all = { value: (full) => pick(one.value(full), other.value(full)), c: `${call}(${one.c}, ${other.c})` };
    }
    this.#expect(')');
    return all;
  }

  #expect(token: string): void {
    const found = this.#tokens[this.#at++];
    if (found === token) return;
    const where = found === undefined ? ['ends', '已结束'] : [`has a “${found}”`, `出现 “${found}”`];
    throw new FormulaError(`${where[0]} where a “${token}” should be`, `在应为 “${token}” 之处${where[1]}`);
  }
}

function joined(left: Formula, name: string, operator: Operator | undefined, right: Formula): Formula {
  if (!operator) throw new Error(`${name} has no operator`);
  return {
    value: (full) => exact(operator(left.value(full), right.value(full))),
    c: `(${left.c} ${name} ${right.c})`,
  };
}
