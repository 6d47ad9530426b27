import { memset } from '../../native/bytes.ts';
import { gives, type Rule, rules, same, skip, withPages } from '../../native/conformance/rule.ts';
import { mincore, PROT } from '../../native/mman.ts';

/** Rules that end in every way that a rule can. */
export const deadlyRules: readonly Rule[] = rules('deadly', [
  { rule: 'holds before', source: 'none', as: 'any', check: () => {} },
  {
    rule: 'stores into memory that may not be written',
    source: 'none',
    as: 'any',
    check: () => withPages(1, (a) => memset(a, 1, 1), PROT.READ),
  },
  { rule: 'holds between', source: 'none', as: 'any', check: () => {} },
  { rule: 'leaves', source: 'none', as: 'any', check: () => process.exit(3) },
  { rule: 'is broken', source: 'none', as: 'any', check: () => same(1, 2, 'one') },
  { rule: 'throws', source: 'none', as: 'any', check: () => Promise.reject(new Error('thrown')) },
  { rule: 'cannot be checked', source: 'none', as: 'any', check: () => skip('There is none here.') },
  {
    rule: 'is about a call that answers otherwise',
    source: 'none',
    as: 'any',
    check: () => withPages(1, (a) => gives(mincore(a, 1, new Uint8Array(1)), 'EINVAL', 'mincore')),
  },
  { rule: 'holds after', source: 'none', as: 'user', check: () => same(process.geteuid?.() === 0, false, 'root') },
]);
