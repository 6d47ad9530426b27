/**
 * The small slips that `npm run mutants` puts into a file, one at a time: each is what a tired engineer could have
 * written.
 */
import { parseSync } from 'vite';

/**
 * @typedef {object} Mutation
 * @property {string} slip what was done: mutations of one name are one kind
 * @property {number} start of what is replaced, in UTF-16 units
 * @property {number} end
 * @property {string} text what stands there instead
 */

/** A node of the syntax tree, whose members depend on its type. @typedef {Record<string, any>} Node */

/** @typedef {(node: Node, source: string, parent: Node) => Mutation[]} Operator */

/** @type {Readonly<Record<string, string>>} */
const twins = {
  ...{ '<': '<=', '<=': '<', '>': '>=', '>=': '>', '===': '!==', '!==': '===' },
  ...{ '&&': '||', '||': '&&', '??': '||', '+': '-', '-': '+', '*': '/', '/': '*', '%': '*' },
  ...{ '&': '|', '|': '&', '<<': '>>', '>>': '<<', '+=': '-=', '-=': '+=', '|=': '&=', '&=': '|=', '??=': '=' },
  ...{ '++': '--', '--': '++', min: 'max', max: 'min', floor: 'ceil', ceil: 'floor', some: 'every', every: 'some' },
  ...{ startsWith: 'endsWith', endsWith: 'startsWith', indexOf: 'lastIndexOf', push: 'unshift', shift: 'pop' },
};

/** Links of a chain that can be forgotten. */
const links = /^(filter|sort|toSorted|reverse|toReversed|trim|slice|flat|unref)$/;

/** What would hit the machine if it were told the wrong process or file. */
const dangerous = /^(kill|rm|rmdir|rmSync|rmdirSync|unlink|unlinkSync|truncate|ftruncate)$/;

/** @type {(slip: string, node: Node, text: string) => Mutation} */
const instead = (slip, { start, end }, text) => ({ slip, start, end, text });

/** @type {(node: Node, source: string) => string} */
const textOf = ({ start, end }, source) => source.slice(start, end);

/** @type {(operator: string, from: number, source: string) => Mutation[]} */
function twin(operator, from, source) {
  const text = twins[operator];
  const start = source.indexOf(operator, from);
  return text === undefined ? [] : [{ slip: `${operator} becomes ${text}`, start, end: start + operator.length, text }];
}

/** @type {(node: Node) => boolean} */
const isText = ({ type, value, left }) =>
  type === 'TemplateLiteral' || typeof value === 'string' || (type === 'BinaryExpression' && isText(left));

/** @type {Operator} */
const between = (node, source) =>
  node.operator === '+' && (isText(node.left) || isText(node.right)) ? [] : twin(node.operator, node.left.end, source);

/** @type {Operator} */
function negated({ test }, source) {
  return test.type === 'UnaryExpression' ? [] : [instead('condition negated', test, `!(${textOf(test, source)})`)];
}

/** @type {Operator} */
function ofCall(node, source) {
  const {
    callee,
    arguments: [first, ...rest],
  } = node;
  const last = rest.at(-1);
  const link = callee.type === 'MemberExpression' && links.test(callee.property.name);
  const swap = last !== undefined && ![first, last].some(({ type }) => type === 'SpreadElement');
  const [one, other] = swap ? [textOf(first, source), textOf(last, source)] : ['', ''];
  const middle = swap ? source.slice(first.end, last.start) : '';
  return [
    ...(link ? [instead(`.${callee.property.name}() dropped`, node, textOf(callee.object, source))] : []),
    ...(callee.type === 'MemberExpression' ? twin(callee.property.name, callee.property.start, source) : []),
    ...(one === other
      ? []
      : [{ slip: 'arguments swapped', start: first.start, end: last.end, text: other + middle + one }]),
  ];
}

/** @type {Operator} */
function ofLiteral(node, _, parent) {
  const { value } = node;
  if ((parent.type === 'Property' && parent.key === node) || parent.source === node) return [];
  if (typeof value === 'boolean') return [instead(`${value} becomes ${!value}`, node, `${!value}`)];
  if (typeof value === 'string' && value !== '') return [instead('text emptied', node, "''")];
  if (typeof value === 'number') return [instead('off by one', node, `${value + 1}`)];
  if (typeof value === 'bigint') return [instead('off by one', node, `${value + 1n}n`)];
  return [];
}

/** @type {Readonly<Record<string, Operator>>} */
const operators = {
  BinaryExpression: between,
  LogicalExpression: between,
  AssignmentExpression: between,
  UpdateExpression: (node, source) => twin(node.operator, node.prefix ? node.start : node.argument.end, source),
  IfStatement: negated,
  ConditionalExpression: negated,
  UnaryExpression: (node, source) =>
    node.operator === '!' ? [instead('negation dropped', node, textOf(node.argument, source))] : [],
  AwaitExpression: (node, source) => [instead('await dropped', node, textOf(node.argument, source))],
  ReturnStatement: (node, _, parent) =>
    parent.type === 'IfStatement' || node.argument === null ? [instead('return dropped', node, ';')] : [],
  ExpressionStatement: (node) => [instead('statement dropped', node, ';')],
  CallExpression: ofCall,
  Literal: ofLiteral,
  TemplateLiteral: (node, _, parent) =>
    parent.type === 'TaggedTemplateExpression' ? [] : [instead('text emptied', node, "''")],
  TryStatement: ({ finalizer }) => (finalizer ? [instead('finally emptied', finalizer, '{}')] : []),
  CatchClause: ({ body }) => (body.body.length > 0 ? [instead('catch emptied', body, '{}')] : []),
  VariableDeclaration: ({ kind, start }) =>
    kind.endsWith('using') ? [{ slip: 'never disposed', start, end: start + kind.length, text: 'const' }] : [],
};

/** Types cost nothing at run time; names of modules are the compiler's. */
const passedOver = /^(TS(?!AsExpression|NonNullExpression|SatisfiesExpression)|Import|ExportAll)/;

/** @type {(node: unknown, visit: (node: Node, parent: Node) => boolean, parent: Node) => void} */
function walk(node, visit, parent) {
  if (Array.isArray(node)) for (const one of node) walk(one, visit, parent);
  else if (node !== null && typeof node === 'object') {
    const known = /** @type {Node} */ (node);
    if (typeof known.type === 'string' && !visit(known, parent)) return;
    for (const child of Object.values(known)) walk(child, visit, known);
  }
}

/** @type {(source: string, file: string) => boolean} */
const isCode = (source, file) => parseSync(file, source).errors.length === 0;

/** @type {(mutation: Mutation, source: string) => string} */
export const applied = ({ start, end, text }, source) => source.slice(0, start) + text + source.slice(end);

/**
 * All that can be done to a file and leaves it one that parses.
 *
 * @param {string} source
 * @param {string} file its name tells the language
 * @returns {Mutation[]}
 */
export function mutationsOf(source, file) {
  /** @type {Mutation[]} */
  const found = [];
  walk(
    parseSync(file, source).program,
    (node, parent) => {
      if (passedOver.test(node.type)) return false;
      if (node.type === 'CallExpression' && dangerous.test((node.callee.property ?? node.callee).name)) return false;
      found.push(...(operators[node.type]?.(node, source, parent) ?? []));
      return true;
    },
    {},
  );
  return found.filter((mutation) => isCode(applied(mutation, source), file));
}

/** Numbers from 0 to 1 that a seed decides: mulberry32. @type {(seed: number) => () => number} */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Some of them, as the seed decides: one of each kind in turn, so that a file full of texts shows more than emptied
 * texts.
 *
 * @template {{ slip: string }} One
 * @param {readonly One[]} all
 * @param {number} count
 * @param {number} seed
 * @returns {One[]}
 */
export function chosen(all, count, seed) {
  const random = randomOf(seed);
  const shuffled = all.map((one) => ({ one, key: random() })).sort((a, b) => a.key - b.key);
  /** @type {Map<string, number>} */
  const seen = new Map();
  const ranked = shuffled.map(({ one }) => {
    const rank = seen.get(one.slip) ?? 0;
    seen.set(one.slip, rank + 1);
    return { one, rank };
  });
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, count)
    .map(({ one }) => one);
}
