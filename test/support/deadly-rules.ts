import { gives, type Rule, rules, same, skip, withPages } from '../../conformance/rule.ts';
import { memset } from '../../native/calls/bytes.ts';
import { mincore, PROT } from '../../native/calls/mman.ts';

/** Rules that end in every way that a rule can. */
export const deadlyRules: readonly Rule[] = rules('deadly', [
  { rule: { en: 'holds before', zh: '在前成立' }, source: 'none', as: 'any', check: () => {} },
  {
    rule: { en: 'stores into memory that may not be written', zh: '向不可写的内存存入' },
    source: 'none',
    as: 'any',
    check: () => withPages(1, (a) => memset(a, 1, 1), PROT.READ),
  },
  { rule: { en: 'holds between', zh: '在中间成立' }, source: 'none', as: 'any', check: () => {} },
  { rule: { en: 'leaves', zh: '离开' }, source: 'none', as: 'any', check: () => process.exit(3) },
  { rule: { en: 'is broken', zh: '不成立' }, source: 'none', as: 'any', check: () => same(1, 2, 'one') },
  { rule: { en: 'throws', zh: '抛出' }, source: 'none', as: 'any', check: () => Promise.reject(new Error('thrown')) },
  {
    rule: { en: 'cannot be checked', zh: '无法检查' },
    source: 'none',
    as: 'any',
    check: () => skip({ en: 'There is none here.', zh: '此处没有。' }),
  },
  {
    rule: { en: 'is about a call that answers otherwise', zh: '关于一个回答不同的调用' },
    source: 'none',
    as: 'any',
    check: () => withPages(1, (a) => gives(mincore(a, 1, new Uint8Array(1)), 'EINVAL', 'mincore')),
  },
  {
    rule: { en: 'holds after', zh: '在后成立' },
    source: 'none',
    as: 'user',
    check: () => same(process.geteuid?.() === 0, false, 'root'),
  },
]);
