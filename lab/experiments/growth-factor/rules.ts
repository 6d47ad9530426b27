import type { Text } from '../../../protocol/text.ts';
import { goRoundUp } from '../../base/go-size-classes.ts';
import { type Formula, FormulaError, type Full, readFormula } from './formula.ts';

/** How a full buffer gets more room: `realloc`, or malloc, memcpy and free. */
export type Way = 'realloc' | 'copy';

/** How large a full buffer becomes. */
export interface Rule {
  /** As measurements name it. */
  readonly id: string;
  readonly name: Text;
  /** How its container does it; a rule that is nobody's is tried in both ways. */
  readonly ways: readonly Way[];
  /** As a formula, for the reader. */
  readonly said: string;
  /** Where it is from: a file and a function. */
  readonly source?: string;
  readonly next: (full: Full) => number;
  /** The same in C, of the `long long`s c, n and size. */
  readonly c: string;
}

/** A formula, or several of which the first counts whose condition (left < right) holds; the last has none. */
type Cases = string | readonly (readonly [left: string, right: string, take: string] | string)[];

function ruleOf(id: string, name: Text, ways: readonly Way[], cases: Cases, source?: string): Rule {
  const read = (typeof cases === 'string' ? [cases] : cases).map((each) => {
    const [left, right, take] = typeof each === 'string' ? [undefined, undefined, each] : each;
    const below = left === undefined ? undefined : { left: readFormula(left), right: readFormula(right) };
    return { below, take: readFormula(take), said: left === undefined ? take : `${left} < ${right}: ${take}` };
  });
  // Written from the last on: each case stands before the rest.
  const rule = read.toReversed().reduce<Formula | undefined>((rest, { below, take }) => {
    if (!below || !rest) return take;
    const { left, right } = below;
    return {
      value: (full) => (left.value(full) < right.value(full) ? take : rest).value(full),
      c: `(${left.c} < ${right.c} ? ${take.c} : ${rest.c})`,
    };
  }, undefined);
  if (!rule) throw new Error(`${id} has no case`);
  const said = read.map(({ said }) => said).join('; ');
  return { id, name, ways, said, ...(source && { source }), next: rule.value, c: rule.c };
}

const same = (word: string): Text => ({ en: word, zh: word });
const both = ['realloc', 'copy'] as const;

/** What the others are compared with. */
export const doubling = ruleOf('factor2', { en: 'factor 2', zh: '2 倍' }, both, 'max(2 * c, n)');
export const exact = ruleOf('exact', { en: 'exact growth', zh: '精确增长' }, both, 'n');

export const factors: readonly Rule[] = [
  exact,
  ruleOf('factor125', { en: 'factor 1.25', zh: '1.25 倍' }, both, 'max(c + c / 4, n)'),
  ruleOf('factor15', { en: 'factor 1.5', zh: '1.5 倍' }, both, 'max(c + c / 2, n)'),
  doubling,
];

/** Go rounds what it asks for up to what its allocator has. */
function roundedByGo(rule: Rule): Rule {
  return {
    ...rule,
    said: `${rule.said}; then the size class`,
    next: (full) => Math.floor(goRoundUp(rule.next(full) * full.size) / full.size),
    c: `(go_round_up(${rule.c} * size) / size)`,
  };
}

/**
 * What containers do when one item is pushed into a full one: c its capacity, n = its size + 1, size the bytes of an
 * item. Their sources as of 2025.
 */
export const containers = {
  // vector::_M_check_len(1): size() + max(size(), 1), and the size is the capacity here.
  libstdcxx: ruleOf(
    'libstdcxx',
    same('libstdc++ std::vector'),
    ['copy'],
    'c + max(c, 1)',
    'bits/stl_vector.h, _M_check_len',
  ),
  libcxx: ruleOf('libcxx', same('libc++ std::vector'), ['copy'], 'max(2 * c, n)', 'vector, __recommend'),
  msvc: ruleOf('msvc', same('MSVC std::vector'), ['copy'], 'max(c + c / 2, n)', 'vector, _Calculate_growth'),
  folly: ruleOf(
    'folly',
    same('folly::fbvector'),
    ['copy'],
    [
      ['c', '1', 'max(64 / size, 1)'],
      ['c', '4096 / size', '2 * c'],
      ['131072 / size', 'c', '2 * c'],
      '(3 * c + 1) / 2',
    ],
    'FBVector.h, computePushBackCapacity',
  ),
  go: roundedByGo(
    ruleOf(
      'go',
      same('Go slice'),
      ['copy'],
      [['c', '256', 'max(2 * c, n)'], 'c + (c + 768 >> 2)'],
      'runtime/slice.go, nextslicecap',
    ),
  ),
  // & ~3 is less what is left of a division by 4.
  cpython: ruleOf(
    'cpython',
    same('CPython list'),
    ['realloc'],
    'n + (n >> 3) + 6 - (n + (n >> 3) + 6) % 4',
    'Objects/listobject.c, list_resize',
  ),
  rust: ruleOf(
    'rust',
    same('Rust Vec'),
    ['realloc'],
    [['size', '2', 'max(2 * c, n, 8)'], ['size', '1025', 'max(2 * c, n, 4)'], 'max(2 * c, n, 1)'],
    'alloc/raw_vec, grow_amortized',
  ),
  java: ruleOf(
    'java',
    same('Java ArrayList'),
    ['copy'],
    [['c', '1', 'max(10, n)'], 'c + max(n - c, c >> 1)'],
    'ArrayList.grow, ArraysSupport.newLength',
  ),
  ruby: ruleOf('ruby', same('Ruby Array'), ['realloc'], 'n + max(c / 2, 16)', 'array.c, ary_double_capa'),
  dotnet: ruleOf('dotnet', same('.NET List<T>'), ['copy'], [['c', '1', '4'], 'max(2 * c, n)'], 'List.cs, Grow'),
  // The new length goes in: the first push into [] makes room for 17.
  v8: ruleOf('v8', same('V8 Array'), ['copy'], 'n + (n >> 1) + 16', 'js-objects.h, NewElementsCapacity'),
} as const satisfies Record<string, Rule>;

export type Container = keyof typeof containers;

/** The user's own. Throws `FormulaError`. */
export function ownRule(formula: string): Rule {
  const line = formula.trim().replaceAll(/\s+/g, ' ');
  return ruleOf('formula', same(`“${line}”`), both, line);
}

/** No address space of a process has more bytes than this: 47 bits on x86-64. */
const mostBytes = 2 ** 47;

/** The capacity of a full buffer after its growth. Throws `FormulaError` where it did not grow, or is absurd. */
export function grown({ next }: Rule, full: Full): number {
  const capacity = next(full);
  if (capacity < full.n)
    throw new FormulaError(
      `does not grow: with c = ${full.c} it is ${capacity}, and ${full.n} are needed`,
      `没有增长：c = ${full.c} 时其值为 ${capacity}，而需要 ${full.n}`,
    );
  if (capacity * full.size > mostBytes)
    throw new FormulaError(
      `overflows: with c = ${full.c} it is ${capacity}, more than any address space holds`,
      `溢出：c = ${full.c} 时其值为 ${capacity}，超出任何地址空间`,
    );
  return capacity;
}
