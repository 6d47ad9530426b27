import type { Parameter, ParameterValues } from './experiment.ts';
import type { Tool } from './page-call.ts';
import { checkParameterValue } from './parameter-value.ts';
import { problem } from './problem.ts';
import type { Text } from './text.ts';
import type { Action } from './workbench.ts';

/** A classroom listing for the workbench: what it does, written down as the actions of a person. */
export interface Preset {
  readonly id: string;
  readonly title: Text;
  readonly summary: Text;
  readonly parameters: readonly Parameter[];
  /**
   * The actions for these values; those that are left out have their defaults. Throws `bad-input` with a sentence about
   * a wrong one.
   */
  actions(values: ParameterValues): Action[];
}

type AddedRegion = Extract<Action, { kind: 'add' }>['region'];

interface Declaration<N extends string, C extends string> {
  readonly id: string;
  readonly title: Text;
  readonly summary: Text;
  readonly numbers: Readonly<Record<N, Omit<Extract<Parameter, { kind: 'integer' }>, 'kind' | 'name'>>>;
  readonly choices?: Readonly<Record<C, Omit<Extract<Parameter, { kind: 'choice' }>, 'kind' | 'name'>>>;
  /** Why values that are right one by one do not go together. */
  conflict?(values: Readonly<Record<N, number>>): Text | undefined;
  actions(values: Readonly<Record<N, number>>, chosen: Readonly<Record<C, string>>): Action[];
}

/** The names of a record's entries, typed as it is. */
function namesOf<N extends string>(record: Readonly<Record<N, unknown>>): N[] {
  // A declaration is written out where it is made, so it has no other keys.
  return Object.keys(record) as N[];
}

function preset<N extends string, C extends string = never>(declaration: Declaration<N, C>): Preset {
  const { id, title, summary, numbers, conflict } = declaration;
  const choices = declaration.choices;
  const integers = namesOf(numbers).map((name) => ({ kind: 'integer' as const, name, ...numbers[name] }));
  const words = choices ? namesOf(choices).map((name) => ({ kind: 'choice' as const, name, ...choices[name] })) : [];
  const parameters: Parameter[] = [...integers, ...words];
  return {
    id,
    title,
    summary,
    parameters,
    actions(given) {
      checkNames(id, parameters, given);
      const checked = (parameter: Parameter) =>
        checkParameterValue(parameter.name, parameter, given[parameter.name] ?? parameter.default);
      // Each entry is of a name that the declaration has, and there is one for each.
      const values = Object.fromEntries(integers.map((each) => [each.name, Number(checked(each))])) as Record<
        N,
        number
      >;
      const chosen = Object.fromEntries(words.map((each) => [each.name, String(checked(each))])) as Record<C, string>;
      const why = conflict?.(values);
      if (why) throw problem('bad-input', why.en, why.zh);
      return declaration.actions(values, chosen);
    },
  };
}

function checkNames(id: string, parameters: readonly Parameter[], given: ParameterValues): void {
  const names = parameters.map(({ name }) => name);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw problem(
    'bad-input',
    `${id} has no parameter "${unknown}"; it has ${names.join(', ')}.`,
    `${id} 没有名为 “${unknown}” 的参数；可用的参数有 ${names.join('、')}。`,
  );
}

const inPages: Text = { en: 'pages', zh: '页' };

function pages(title: Text, description: Text, value: number, minimum = 1, maximum = 4096) {
  return { title, description, minimum, maximum, default: value, unit: inPages };
}

function pageNumber(title: Text, description: Text, value: number) {
  return { title, description, minimum: 0, maximum: 4095, default: value };
}

const pagesTitle: Text = { en: 'Pages', zh: '页数' };
const pagesDescription: Text = { en: 'Pages of the region.', zh: '区域的页数。' };

/** Private anonymous memory that may be read and written, in small pages. */
function add(pageCount: number, more: Partial<AddedRegion> = {}): Action {
  return {
    kind: 'add',
    region: {
      backing: { kind: 'anonymous' },
      size: { pages: pageCount },
      protection: ['PROT_READ', 'PROT_WRITE'],
      hugePages: 'never',
      populate: false,
      locked: false,
      ...more,
    },
  };
}

function act(tool: Tool, runs: readonly number[], region = 1): Action {
  return { kind: 'act', region, tool, pages: runs };
}

/** Every n-th page from `first` to `last`, as runs. */
function everyNth(first: number, last: number, n: number): number[] {
  if (n === 1) return [first, last - first + 1];
  const runs: number[] = [];
  for (let page = first; page <= last; page += n) runs.push(page, 1);
  return runs;
}

const write: Tool = { kind: 'touch', access: 'write' };

/** The listings that the workbench offers, in the order of its menu. */
export const presets: readonly Preset[] = [
  preset({
    id: 'every-nth',
    title: { en: 'Lock every n-th page', zh: '每 n 页锁定一页' },
    summary: {
      en: 'Maps a region and locks every n-th page of a range, one mlock for each: only these become resident, and each lock splits the mapping.',
      zh: '映射一个区域，在给定范围内每 n 页取一页调用 mlock：只有这些页驻留，每次锁定都会拆分映射。',
    },
    numbers: {
      pages: pages(pagesTitle, pagesDescription, 64),
      every: pages(
        { en: 'Every', zh: '间隔' },
        { en: 'From one locked page to the next.', zh: '相邻两个锁定页的间距。' },
        8,
      ),
      first: pageNumber({ en: 'First page', zh: '首页' }, { en: 'Where the range begins.', zh: '范围的第一页。' }, 0),
      last: pageNumber(
        { en: 'Last page', zh: '末页' },
        { en: 'Where the range ends, inclusive.', zh: '范围的最后一页（含）。' },
        63,
      ),
    },
    conflict({ pages: count, first, last }) {
      if (first <= last && last < count) return undefined;
      return {
        en: `Pages ${first} to ${last} are no range of a region of ${count} pages (0 to ${count - 1}); choose a first page that is not after the last, and a last one inside.`,
        zh: `第 ${first} 到 ${last} 页不是 ${count} 页区域（0 到 ${count - 1}）中的范围；请让首页不大于末页，且末页在区域之内。`,
      };
    },
    actions: ({ pages: count, every, first, last }) => [
      add(count),
      act({ kind: 'mlock' }, everyNth(first, last, every)),
    ],
  }),
  preset({
    id: 'lock-then-drop',
    title: { en: 'Lock half, drop it all', zh: '锁定一半，全部丢弃' },
    summary: {
      en: 'Writes every page, locks one half, and gives MADV_DONTNEED for all: EINVAL where the lock begins, and what lies before it is gone.',
      zh: '写入每一页，锁定其中一半，再对全部使用 MADV_DONTNEED：在锁定处返回 EINVAL，之前的页已被丢弃。',
    },
    numbers: { pages: pages(pagesTitle, pagesDescription, 64, 2) },
    choices: {
      half: {
        title: { en: 'Locked half', zh: '锁定的一半' },
        description: { en: 'Which half is locked.', zh: '锁定哪一半。' },
        choices: [
          { value: 'second', title: { en: 'second', zh: '后一半' } },
          { value: 'first', title: { en: 'first', zh: '前一半' } },
        ],
        default: 'second',
      },
    },
    actions: ({ pages: count }, { half }) => {
      const middle = Math.floor(count / 2);
      const locked = half === 'first' ? [0, middle] : [middle, count - middle];
      return [
        add(count),
        act(write, [0, count]),
        act({ kind: 'mlock' }, locked),
        act({ kind: 'madvise', advice: 'MADV_DONTNEED' }, [0, count]),
      ];
    },
  }),
  preset({
    id: 'limit-ladder',
    title: { en: 'Up to the lock limit', zh: '逐步触及锁定上限' },
    summary: {
      en: 'Locks a region piece by piece until the kernel refuses. With CAP_IPC_LOCK (root) there is no limit to meet.',
      zh: '逐块锁定一个区域，直到内核拒绝。拥有 CAP_IPC_LOCK（root）时没有上限可触及。',
    },
    numbers: {
      piece: pages(
        { en: 'Piece', zh: '每块' },
        { en: 'Pages that each mlock locks.', zh: '每次 mlock 锁定的页数。' },
        256,
      ),
      pieces: {
        title: { en: 'Pieces', zh: '块数' },
        description: { en: 'How many to lock.', zh: '要锁定的块数。' },
        minimum: 1,
        maximum: 256,
        default: 12,
      },
    },
    actions: ({ piece, pieces }) => [
      add(piece * pieces),
      ...Array.from({ length: pieces }, (_, index) => act({ kind: 'mlock' }, [index * piece, piece])),
    ],
  }),
  preset({
    id: 'on-fault',
    title: { en: 'Lock on fault', zh: '缺页时锁定' },
    summary: {
      en: 'Locks a region with MLOCK_ONFAULT, which brings nothing in, and touches every n-th page: each is locked as it comes.',
      zh: '以 MLOCK_ONFAULT 锁定一个区域（不调入任何页），再每 n 页访问一页：各页在调入时被锁定。',
    },
    numbers: {
      pages: pages(pagesTitle, pagesDescription, 16),
      every: pages(
        { en: 'Every', zh: '间隔' },
        { en: 'From one touched page to the next.', zh: '相邻两个访问页的间距。' },
        4,
      ),
    },
    actions: ({ pages: count, every }) => [
      add(count),
      act({ kind: 'mlock2', onFault: true }, [0, count]),
      act(write, everyNth(0, count - 1, every)),
    ],
  }),
  preset({
    id: 'populate-ways',
    title: { en: 'Five ways to populate', zh: '五种预先调入的方法' },
    summary: {
      en: 'Five regions, each made resident in its own way: a loop of writes, MAP_POPULATE, MADV_POPULATE_READ, MADV_POPULATE_WRITE, mlock.',
      zh: '五个区域，各用一种方法使其驻留：循环写入、MAP_POPULATE、MADV_POPULATE_READ、MADV_POPULATE_WRITE、mlock。',
    },
    numbers: { pages: pages(pagesTitle, { en: 'Pages of each region.', zh: '每个区域的页数。' }, 16) },
    actions: ({ pages: count }) => [
      add(count, { name: 'loop' }),
      act(write, [0, count], 1),
      add(count, { name: 'MAP_POPULATE', populate: true }),
      add(count, { name: 'MADV_POPULATE_READ' }),
      act({ kind: 'madvise', advice: 'MADV_POPULATE_READ' }, [0, count], 3),
      add(count, { name: 'MADV_POPULATE_WRITE' }),
      act({ kind: 'madvise', advice: 'MADV_POPULATE_WRITE' }, [0, count], 4),
      add(count, { name: 'mlock' }),
      act({ kind: 'mlock' }, [0, count], 5),
    ],
  }),
  preset({
    id: 'dont-dump-keys',
    title: { en: 'A place for keys', zh: '存放密钥的内存' },
    summary: {
      en: 'Locks pages, leaves them out of core files, uses them, wipes them and only then unlocks and unmaps them: the order in which a key is kept.',
      zh: '锁定页、将其排除在核心转储之外、使用、清零，然后才解锁并解除映射：保存密钥的正确顺序。',
    },
    numbers: { pages: pages(pagesTitle, pagesDescription, 4) },
    actions: ({ pages: count }) => [
      add(count, { name: 'keys' }),
      act({ kind: 'mlock' }, [0, count]),
      act({ kind: 'madvise', advice: 'MADV_DONTDUMP' }, [0, count]),
      act(write, [0, count]),
      act({ kind: 'explicit_bzero' }, [0, count]),
      act({ kind: 'munlock' }, [0, count]),
      { kind: 'remove', region: 1 },
    ],
  }),
];
