import type { Figure, Result, ResultValue } from '../../../protocol/result.ts';
import { pushedBy } from '../growth-factor/claims.ts';
import type { Found } from '../growth-factor/found.ts';
import type { Pushed, Told } from '../growth-factor/push.ts';
import { doubling, exact, factors } from '../growth-factor/rules.ts';

export function growthResult(found: Found): Result {
  const { pages } = found;
  const keyStep = 'en' in pages ? undefined : pages.keyStep;
  return { ...sentenceOf(found), figure: figureOf(found), ...(keyStep !== undefined && { keyStep }) };
}

type Sentence = Pick<Result, 'text' | 'values'>;

const bytes = (value: number | null): ResultValue => ({ value, unit: 'bytes' });
const time = (value: number | null): ResultValue => ({ value, unit: 'ns' });

function sentenceOf(found: Found): Sentence {
  const { pushed } = found;
  const quarter = factors.find(({ id }) => id === 'factor125');
  const all = {
    two: pushedBy(pushed, doubling, 'realloc'),
    exactly: pushedBy(pushed, exact, 'realloc'),
    twoCopied: pushedBy(pushed, doubling, 'copy'),
    quarterCopied: quarter && pushedBy(pushed, quarter, 'copy'),
  };
  const { two, exactly, twoCopied, quarterCopied } = all;
  if (!two || !exactly || !twoCopied || !quarterCopied) return ofRules(found);
  return ofFactors(found, { two, exactly, twoCopied, quarterCopied });
}

type Four = Readonly<Record<'two' | 'exactly' | 'twoCopied' | 'quarterCopied', Told>>;

function ofFactors(found: Found, { two, exactly, twoCopied, quarterCopied }: Four): Sentence {
  const slack = ({ buffer, step }: Told) => ({ ...bytes(whole(found, buffer.peakSlackItems * buffer.size)), step });
  const copied = ({ buffer, step }: Told) => ({ ...bytes(whole(found, buffer.copiedBytes)), step });
  const took = ({ buffer, step }: Told) => ({ ...time(whole(found, buffer.durationNs)), step });
  return {
    text: {
      en: 'Factor 2 took {two}, with {calls} of realloc, which copied {reallocCopied}, and up to {slack} of unused room; growing exactly took {exact} and left none. Where realloc cannot move pages, factor 2 copied {copied} and 1.25 {copiedMore}, for {slackLess} of unused room.',
      zh: '2 倍增长用时 {two}，realloc {calls}，共复制 {reallocCopied}，空闲容量最多 {slack}；精确增长用时 {exact}，没有空闲。若不能由 realloc 移动页，2 倍增长复制 {copied}，1.25 倍复制 {copiedMore}，空闲容量最多 {slackLess}。',
    },
    values: {
      two: took(two),
      calls: { value: whole(found, two.buffer.asked), unit: 'calls', step: two.step },
      reallocCopied: copied(two),
      slack: slack(two),
      exact: took(exactly),
      copied: copied(twoCopied),
      copiedMore: copied(quarterCopied),
      slackLess: slack(quarterCopied),
    },
  };
}

/** Of other rules: the quickest, and what the extremes of slack and of copying are. */
function ofRules(found: Found): Sentence {
  const { pushed } = found;
  // One that ended early is compared with nobody.
  const ended = pushed.filter(({ buffer }) => !buffer.capped);
  const compared = ended.length > 0 ? ended : pushed;
  const least = (of: (each: Told) => number) => compared.reduce((a, b) => (of(b) < of(a) ? b : a));
  const slackOf = ({ buffer }: Pushed) => buffer.peakSlackItems * buffer.size;
  const copiedOf = ({ buffer }: Pushed) => buffer.copiedBytes;
  const quickest = least(({ buffer }) => buffer.durationNs);
  const [tight, loose] = [least(slackOf), least((each) => -slackOf(each))];
  const [few, many] = [least(copiedOf), least((each) => -copiedOf(each))];
  const name = (language: 'en' | 'zh', { rule, way }: Pushed) =>
    `${rule.name[language]} (${way === 'realloc' ? 'realloc' : 'memcpy'})`;
  const say = (language: 'en' | 'zh') => [quickest, tight, loose, few, many].map((each) => name(language, each));
  const [en, zh] = [say('en'), say('zh')];
  return {
    text: {
      en: `${en[0]} was the quickest with {time}. Unused room was {tight} at most with ${en[1]} and {loose} with ${en[2]}; ${en[3]} copied {few}, ${en[4]} {many}.`,
      zh: `${zh[0]} 最快，用时 {time}。空闲容量最多：${zh[1]} {tight}，${zh[2]} {loose}；复制量：${zh[3]} {few}，${zh[4]} {many}。`,
    },
    values: {
      time: { ...time(whole(found, quickest.buffer.durationNs)), step: quickest.step },
      tight: { ...bytes(whole(found, slackOf(tight))), step: tight.step },
      loose: { ...bytes(whole(found, slackOf(loose))), step: loose.step },
      few: { ...bytes(whole(found, copiedOf(few))), step: few.step },
      many: { ...bytes(whole(found, copiedOf(many))), step: many.step },
    },
  };
}

/** What was measured; unknown where the kernel gave one of the buffers no more. */
function whole({ refused }: Found, value: number): number | null {
  return refused ? null : value;
}

/** One curve for each rule, whichever way it was tried: that changes nothing of its capacities. */
function figureOf({ pushed }: Found): Figure {
  const longest = new Map<string, Pushed>();
  for (const each of pushed) {
    const other = longest.get(each.rule.id);
    if (!other || other.buffer.pushed < each.buffer.pushed) longest.set(each.rule.id, each);
  }
  return {
    kind: 'lines',
    title: {
      en: 'Capacity over size: what is above the diagonal is slack',
      zh: '容量随大小的变化：对角线以上为空闲容量',
    },
    x: { label: { en: 'items pushed', zh: '已追加的项' }, unit: 'items' },
    y: { label: { en: 'capacity', zh: '容量' }, unit: 'items' },
    series: [...longest.values()].map(({ rule, buffer }) => ({
      label: rule.name,
      stepped: true,
      points: buffer.points,
    })),
    slack: true,
  };
}
