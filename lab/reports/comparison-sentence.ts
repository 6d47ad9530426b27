import type { Comparison } from '../../protocol/comparison.ts';
import type { Language } from '../../protocol/language.ts';
import { numbersIn, unitOfName } from '../../protocol/quantity.ts';
import type { Report } from '../../protocol/report.ts';
import { reportWords } from './words.ts';

type Found = Omit<Comparison, 'sentence'>;
type Status = 'held' | 'failed' | 'skipped';

/** At most so many measurements are named: the table has them all. */
const mostNamed = 2;

type Words = typeof english;

const english = {
  touched: (pages: string, time: string) => `B touched ${pages} ${time}`,
  touchedOther: (b: string, a: string, time: string) => `B touched ${b} and A ${a}, ${time} for each`,
  inTime: (ratio: number, said: string, b: string, a: string) =>
    `${ratio === 1 ? 'in A’s time' : ratio < 1 ? `in ${said} of A’s time` : `in ${said} times A’s time`} (${b} instead of ${a})`,
  faults: (b: string, a: string) => `, with ${b} instead of ${a}`,
  number: (name: string, b: string, a: string, ratio: string | undefined) =>
    `${name} is ${b} in B instead of ${a}${ratio ? ` (× ${ratio})` : ''}`,
  moreNumbers: (count: string) => `${count} more measurements differ`,
  calls: (b: string, a: string) => `B took ${b} steps and A ${a}`,
  noPages: 'no region is in both',
  differ: (differ: string, both: string, one: boolean, all: boolean) =>
    `${differ} of ${all ? '' : 'the '}${both}${all ? '' : ' that both have'} ${one ? 'differs' : 'differ'} at the end`,
  noneDiffers: (all: boolean): string =>
    all ? 'no page differs at the end' : 'no page that both have differs at the end',
  change: (pages: string | undefined, a: string, b: string) =>
    ` (${pages === undefined ? '' : `${pages} of them `}${a} in A, ${b} in B)`,
  untold: (region: string, reason: string) => `whether pages of region ${region} differ is unknown: ${reason}`,
  claims: (count: number, said: string, a: Status | undefined, b: Status | undefined) => {
    const [was, be] = count === 1 ? ['was', 'is'] : ['were', 'are'];
    const claims = count === 1 ? `${said} claim` : `${said} claims`;
    if (!a || !b) return `${claims} ${be} only in ${a ? 'A' : 'B'}`;
    const verb = (status: Status) => (status === 'skipped' ? `${was} skipped` : status);
    return `${claims} that ${verb(a)} in A ${verb(b)} in B`;
  },
  claimsSame: (others: number, said: string): string =>
    `the claims came out the same${others === 0 ? '' : `, ${said} of them with ${others === 1 ? 'another number' : 'other numbers'}`}`,
  machines: (names: string) => `the machines differ in ${names}`,
  nothing: 'Nothing differs: pages, claims, measurements and machines are the same.',
  onlyTimes: 'Nothing but the times differs',
  join: (clauses: readonly string[]) => `${clauses.join('; ')}.`,
  list: ', ',
  colon: ': ',
};

const chinese: Words = {
  touched: (pages, time) => `B 访问了 ${pages}，${time}`,
  touchedOther: (b, a, time) => `B 访问了 ${b}，A 访问了 ${a}，每页${time}`,
  inTime: (ratio, said, b, a) => `${ratio === 1 ? '用时与 A 相同' : `用时为 A 的 ${said} 倍`}（${b}，而 A 为 ${a}）`,
  faults: (b, a) => `，${b}，而 A 为 ${a}`,
  number: (name, b, a, ratio) => `B 的 ${name} 为 ${b}，而 A 为 ${a}${ratio ? `（${ratio} 倍）` : ''}`,
  moreNumbers: (count) => `另有 ${count} 项测量值不同`,
  calls: (b, a) => `B 有 ${b} 步，A 有 ${a} 步`,
  noPages: '没有双方共有的区域',
  differ: (differ, both, _one, all) => `结束时${all ? '' : '双方共有的'} ${both}中有 ${differ} 页不同`,
  noneDiffers: (all) => (all ? '结束时没有页不同' : '结束时双方共有的页没有不同'),
  change: (pages, a, b) => `（${pages === undefined ? '' : `其中 ${pages} 页`}在 A 中${a}，在 B 中${b}）`,
  untold: (region, reason) => `无法得知区域 ${region} 的页是否不同：${reason}`,
  claims: (_count, said, a, b) => {
    const words = reportWords.zh;
    if (!a || !b) return `${said} 项断言仅 ${a ? 'A' : 'B'} 中有`;
    return `${said} 项断言在 A 中${words[a]}，在 B 中${words[b]}`;
  },
  claimsSame: (others, said) => `断言结果相同${others === 0 ? '' : `，其中 ${said} 项数值不同`}`,
  machines: (names) => `机器的不同之处：${names}`,
  nothing: '没有任何不同：页面、断言、测量值和机器都相同。',
  onlyTimes: '除用时外没有不同',
  join: (clauses) => `${clauses.join('；')}。`,
  list: '、',
  colon: '：',
};

const words: Readonly<Record<Language, Words>> = { en: english, zh: chinese };

/**
 * What differs between two sessions as they ended, in one sentence of measured numbers: what touching took, else the
 * measurements that differ most; then pages, claims and machines. Says so where nothing differs, or the times alone.
 */
export function comparisonSentence(a: Report, b: Report, found: Found, language: Language): string {
  const say = words[language];
  const times = timeClauses(a, b, found, language);
  const rest = [
    ...countClauses(a, b, found, language),
    ...pageClauses(found, language),
    ...claimClauses(found, language),
    ...(found.environment.length > 0 ? [say.machines(found.environment.map(({ name }) => name).join(say.list))] : []),
  ];
  const differs = !found.same || rest.length > 0 || otherNumbers(found) > 0;
  if (!differs) {
    const sameTimes =
      a.steps.every(({ durationNs }, index) => durationNs === b.steps[index]?.durationNs) &&
      [...found.measurements, ...measuredOf(found)].every((each) => each.a === each.b);
    if (sameTimes) return say.nothing;
    return say.join([[say.onlyTimes, ...times.slice(0, 1)].join(say.colon)]);
  }
  return say.join([...times, ...rest, ...sameClauses(found, language)]);
}

/** What touching took: reads and writes of a page are different calls of process_vm_readv(2). */
interface Touched {
  readonly pages: number;
  readonly durationNs: number;
  /** Undefined where a step did not tell them. */
  readonly faults: number | undefined;
}

function touched({ steps }: Report): Touched | undefined {
  const touches = steps.filter(({ call, errno }) => call.startsWith('process_vm_') && errno === null);
  const pages = touches.reduce((sum, { range }) => sum + (range?.pageCount ?? 0), 0);
  if (pages === 0) return undefined;
  return {
    pages,
    durationNs: touches.reduce((sum, step) => sum + step.durationNs, 0),
    faults: touches.reduce<number | undefined>(
      (sum, { minorFaults }) => (sum === undefined || minorFaults === undefined ? undefined : sum + minorFaults),
      0,
    ),
  };
}

function timeClauses(a: Report, b: Report, { measurements }: Found, language: Language): string[] {
  const say = words[language];
  const { quantity, number } = numbersIn(language);
  const [ofA, ofB] = [touched(a), touched(b)];
  if (!ofA || !ofB) {
    const far = measurements
      .filter(({ name, ratio }) => unitOfName(name) === 'ns' && ratio !== null && ratio > 0 && ratio !== 1)
      .toSorted((one, other) => distance(other.ratio) - distance(one.ratio))[0];
    if (far?.ratio == null) return [];
    return [say.number(far.name, quantity(far.b, 'ns'), quantity(far.a, 'ns'), number(two(far.ratio)))];
  }
  const same = ofA.pages === ofB.pages;
  const [timeA, timeB] = same
    ? [ofA.durationNs, ofB.durationNs]
    : [ofA.durationNs / ofA.pages, ofB.durationNs / ofB.pages];
  const ratio = two(timeB / timeA);
  const time = say.inTime(ratio, number(ratio), quantity(timeB, 'ns'), quantity(timeA, 'ns'));
  const [pagesA, pagesB] = [quantity(ofA.pages, 'pages'), quantity(ofB.pages, 'pages')];
  const faults =
    ofA.faults === undefined || ofB.faults === undefined || ofA.faults === ofB.faults
      ? ''
      : say.faults(quantity(ofB.faults, 'faults'), quantity(ofA.faults, 'faults'));
  return [(same ? say.touched(pagesB, time) : say.touchedOther(pagesB, pagesA, time)) + faults];
}

/** What the claims measured, where both told. */
const measuredOf = ({ claims }: Found) =>
  claims.flatMap(({ a, b }) => (a && b ? [{ a: `${a.measured}`, b: `${b.measured}`, unit: a.unit }] : []));

/** Of claims: what depends on the clock is another in each run. */
const timed: ReadonlySet<string | undefined> = new Set(['ns', 'ns-per-page', 'per-second', 'times']);

/** How many claims measured another number, of what does not depend on the clock. */
const otherNumbers = (found: Found): number =>
  measuredOf(found).filter((each) => each.a !== each.b && !timed.has(each.unit)).length;

const distance = (ratio: number | null): number => Math.abs(Math.log(ratio ?? 1));

/** Two digits are enough to compare times by. */
const two = (ratio: number): number => Number(ratio.toPrecision(2));

/** Numbers that are no times: they differ only where something happened otherwise. */
function countClauses(a: Report, b: Report, { measurements }: Found, language: Language): string[] {
  const say = words[language];
  const { quantity, number } = numbersIn(language);
  const differing = measurements.filter(
    ({ name, a: one, b: other }) => unitOfName(name) !== 'ns' && one !== null && other !== null && one !== other,
  );
  const named = differing.slice(0, mostNamed).map(({ name, a: one, b: other }) => {
    return say.number(name, quantity(other, unitOfName(name)), quantity(one, unitOfName(name)), undefined);
  });
  const more = differing.length - named.length;
  return [
    ...(a.steps.length === b.steps.length ? [] : [say.calls(number(b.steps.length), number(a.steps.length))]),
    ...named,
    ...(more > 0 ? [say.moreNumbers(number(more))] : []),
  ];
}

/** Where a page differs, or where that cannot be told. */
function pageClauses({ pages }: Found, language: Language): string[] {
  const say = words[language];
  const { number, quantity } = numbersIn(language);
  const told = pages.flatMap(({ differ, ...each }) => (differ === null ? [] : [{ ...each, differ }]));
  const untold = pages.flatMap(({ differ, region, reason }) =>
    differ === null ? [say.untold(region, reason ?? '')] : [],
  );
  const differ = told.reduce((sum, each) => sum + each.differ, 0);
  if (differ === 0) return untold;
  const both = told.reduce((sum, { pagesA, pagesB }) => sum + Math.min(pagesA, pagesB), 0);
  const [most] = told.flatMap(({ changes }) => changes).toSorted((one, other) => other.pages - one.pages);
  const { states } = reportWords[language];
  return [
    say.differ(number(differ), quantity(both, 'pages'), differ === 1, sameSizes(told)) +
      (most ? say.change(most.pages === differ ? undefined : number(most.pages), states[most.a], states[most.b]) : ''),
    ...untold,
  ];
}

const sameSizes = (pages: Found['pages']): boolean => pages.every(({ pagesA, pagesB }) => pagesA === pagesB);

function claimClauses(found: Found, language: Language): string[] {
  const say = words[language];
  const { number } = numbersIn(language);
  const otherwise = found.claims.filter(({ a, b }) => a?.status !== b?.status);
  const alike = new Map<string, typeof otherwise>();
  for (const claim of otherwise) {
    const key = `${claim.a?.status} ${claim.b?.status}`;
    alike.set(key, [...(alike.get(key) ?? []), claim]);
  }
  return [...alike.values()].map((claims) => {
    const [a, b] = [claims[0]?.a?.status, claims[0]?.b?.status];
    return say.claims(claims.length, number(claims.length), a, b);
  });
}

/** What is the same all the same, where something else differs. */
function sameClauses(found: Found, language: Language): string[] {
  const say = words[language];
  const { pages, claims } = found;
  const others = otherNumbers(found);
  const samePages = pages.length > 0 && pages.every(({ differ }) => differ === 0);
  const sameClaims = claims.length > 0 && claims.every(({ a, b }) => a?.status === b?.status);
  return [
    ...(pages.length === 0 ? [say.noPages] : []),
    ...(samePages ? [say.noneDiffers(sameSizes(pages))] : []),
    ...(sameClaims ? [say.claimsSame(others, numbersIn(language).number(others))] : []),
  ];
}
