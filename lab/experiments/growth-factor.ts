import { experiment } from '../experiment-kit/experiment.ts';
import { choice, integer, line, type ValuesOf } from '../experiment-kit/parameters.ts';
import { hasMallopt } from '../experiment-kit/steady-malloc.ts';
import { claims, stateClaims } from './growth-factor/claims.ts';
import { FormulaError } from './growth-factor/formula.ts';
import type { Chosen } from './growth-factor/found.ts';
import { mostCopiedBytes, peakBytes, planOf } from './growth-factor/plan.ts';
import { formulaSentence } from './growth-factor/push.ts';
import { type Container, containers, doubling, exact, factors, ownRule, type Rule } from './growth-factor/rules.ts';
import { growthScript } from './growth-factor/script.ts';
import { growthResult } from './results/growth-factor.ts';

const names = Object.keys(containers) as Container[];

/** Each container's rule and where it stands, for the reader. */
const sources = names.map((name) => {
  const { name: title, said, source, ways } = containers[name] as Rule;
  return `${title.en} (${ways.join()}): ${said} [${source}]`;
});

const parameters = {
  items: integer({
    title: { en: 'Items', zh: '项数' },
    description: { en: 'How many items are pushed into each buffer.', zh: '向每个缓冲区追加的项数。' },
    minimum: 1,
    maximum: 10_000_000,
    default: 1_000_000,
    unit: { en: 'items', zh: '项' },
  }),
  size: integer({
    title: { en: 'Item size', zh: '每项大小' },
    description: { en: 'Bytes of an item; each push stores all of them.', zh: '每项的字节数；每次追加都会写入。' },
    minimum: 1,
    maximum: 4096,
    default: 16,
    unit: { en: 'bytes', zh: '字节' },
  }),
  rule: choice({
    title: { en: 'Rule', zh: '规则' },
    description: {
      en: `How a full buffer grows: by a factor, as a container does, or by your formula; one rule alone is compared with factor 2. c is the capacity, n the items needed, size the bytes of an item. ${sources.join(' · ')}`,
      zh: `满的缓冲区如何增长：按倍数、按某容器的规则，或按你的公式；单独一条规则会与 2 倍比较。c 为容量，n 为所需项数，size 为每项字节数。${sources.join(' · ')}`,
    },
    choices: [
      { value: 'factors', title: { en: 'exact, 1.25, 1.5, 2', zh: '精确、1.25、1.5、2' } },
      { value: 'containers', title: { en: 'all containers', zh: '全部容器' } },
      ...names.map((value) => ({ value, title: containers[value].name })),
      { value: 'formula', title: { en: 'the formula', zh: '公式' } },
    ],
    default: 'factors',
  }),
  formula: line({
    when: { parameter: 'rule', is: ['formula'] },
    title: { en: 'Formula', zh: '公式' },
    description: {
      en: 'With rule “the formula”: the new capacity, of c, n and size, in whole numbers, with + - * / % << >> (as in C), max, min and parentheses.',
      zh: '规则为“公式”时：由 c、n、size 给出的新容量，整数运算，可用 + - * / % << >>（同 C）、max、min 与括号。',
    },
    default: 'max(c + c / 2, n)',
  }),
  mode: choice({
    title: { en: 'Mode', zh: '方式' },
    description: {
      en: 'realloc may move pages without copying; std::vector, Go and Java allocate, copy and free.',
      zh: 'realloc 可以移动页而不复制；std::vector、Go 与 Java 则是分配、复制、释放。',
    },
    choices: [
      { value: 'own', title: { en: 'as each does (factors: both)', zh: '各按其方式（倍数：两种）' } },
      { value: 'realloc', title: { en: 'realloc', zh: 'realloc' } },
      { value: 'copy', title: { en: 'malloc, memcpy, free', zh: 'malloc、memcpy、free' } },
    ],
    default: 'own',
  }),
} as const;

type Values = ValuesOf<typeof parameters>;

/**
 * What a growth factor buys and costs, on real memory: items pushed into a buffer of malloc's that grows by a rule. A
 * larger factor has fewer reallocations and more slack; realloc(3) moves a large block with mremap(2) and so copies
 * next to nothing, which containers that allocate, copy and free cannot have. malloc(3), mremap(2)
 */
export const growthFactor = experiment({
  id: 'growth-factor',
  group: 'speculation',
  title: { en: 'Growth factor', zh: '增长因子' },
  summary: {
    en: 'A million items pushed into a buffer that grows exactly, by a factor, or as eleven real containers do: reallocations, bytes copied, slack, and what realloc moves without copying.',
    zh: '向缓冲区追加一百万项，按精确大小、倍数或十一种真实容器的规则增长：重新分配次数、复制字节、空闲容量，以及 realloc 不复制而移动的部分。',
  },
  sentence: {
    en: 'Append {items} {items|item|items} of {size} {size|byte|bytes} to arrays that grow by {rule}[: {formula}], moved by {mode}',
    zh: '向按 {rule} 增长的数组追加 {items} 个 {size} 字节的元素[，公式为 {formula}]，以 {mode} 移动',
  },
  placement: 'isolated',
  parameters,
  claims,
  unavailable() {
    if (hasMallopt()) return undefined;
    return {
      en: 'this C library has no mallopt(3): only of glibc’s malloc is it known how a moved block is told from a copied one',
      zh: '此 C 库没有 mallopt(3)：只有 glibc 的 malloc 能区分移动与复制',
    };
  },
  conflict(values) {
    try {
      chosen(values);
      return undefined;
    } catch (error) {
      if (error instanceof FormulaError) return formulaSentence(values.formula, error.why);
      throw error;
    }
  },
  // The buffer that is looked at stays while the others come and go.
  commitsBytes: (values) => {
    const { strategies, load, shown } = chosen(values);
    const peaks = strategies.map(({ rule, way }) => peakBytes(planOf(rule, load.items, load.size), way));
    return Math.max(...peaks) + planOf(shown.rule, load.items, load.size).lastBytes;
  },
  mapsBytes: (values) => {
    const { shown, load } = chosen(values);
    return planOf(shown.rule, load.items, load.size).lastBytes;
  },

  async *run(lab, values) {
    const found = yield* growthScript(lab, chosen(values));
    stateClaims(lab, found);
    lab.result(growthResult(found));
  },
});

/** What is pushed how. Throws `FormulaError` where the user's formula is no rule. */
function chosen({ items, size, rule, formula, mode }: Values): Chosen {
  const rules = rulesOf(rule, formula);
  const strategies = rules.flatMap((each) => {
    const ways = mode === 'own' ? each.ways : ([mode] as const);
    return ways.map((way) => ({ rule: each, way }));
  });
  const plans = strategies.map((strategy) => ({ strategy, plan: planOf(strategy.rule, items, size) }));
  const bytes = Math.max(...plans.map(({ strategy, plan }) => peakBytes(plan, strategy.way)));
  const shown = strategies.find(({ rule: { id } }) => id === doubling.id) ?? strategies[0];
  if (!shown) throw new Error('there is no strategy');
  const factorsAlone = rule === 'factors' && mode !== 'copy';
  return {
    strategies,
    load: { items, size, bounds: { bytes, copiedBytes: mostCopiedBytes(items, size) } },
    shown,
    // Never the user's own rule, whose plan may not be whole: what grows on moves away from what is looked at.
    lastGrowth: planOf(shown.rule, items, size).lastGrowth,
    again: factorsAlone ? [exact, doubling].map((each) => ({ rule: each, way: 'realloc' as const })) : [],
  };
}

function rulesOf(rule: string, formula: string): readonly Rule[] {
  if (rule === 'factors') return factors;
  const all: Readonly<Record<string, Rule>> = containers;
  if (rule === 'containers') return Object.values(all);
  const alone = rule === 'formula' ? ownRule(formula) : all[rule];
  if (!alone) throw new Error(`there is no rule ${rule}`);
  // In the way of the one that it is compared with.
  return [alone, { ...doubling, ways: alone.ways }];
}
