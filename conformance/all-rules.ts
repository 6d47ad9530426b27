/** Every rule, in the order in which they are printed. */

import type { Rule } from './rule.ts';
import { limitRules } from './rules/limits.ts';
import { madviseRules } from './rules/madvise.ts';
import { memfdSecretRules } from './rules/memfd-secret.ts';
import { mincoreRules } from './rules/mincore.ts';
import { mlockRules, munlockRules } from './rules/mlock.ts';
import { mlock2Rules } from './rules/mlock2.ts';
import { mlockallRules } from './rules/mlockall.ts';
import { mmapRules, munmapRules } from './rules/mmap.ts';
import { pagemapScanRules } from './rules/pagemap-scan.ts';

export const RULES: readonly Rule[] = [
  ...mmapRules,
  ...munmapRules,
  ...mincoreRules,
  ...mlockRules,
  ...munlockRules,
  ...mlock2Rules,
  ...mlockallRules,
  ...madviseRules,
  ...limitRules,
  ...memfdSecretRules,
  ...pagemapScanRules,
];
