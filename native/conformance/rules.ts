/** Every rule, in the order in which they are printed. */
import { limitRules } from './limits.ts';
import { madviseRules } from './madvise.ts';
import { memfdSecretRules } from './memfd-secret.ts';
import { mincoreRules } from './mincore.ts';
import { mlockRules, munlockRules } from './mlock.ts';
import { mlock2Rules } from './mlock2.ts';
import { mlockallRules } from './mlockall.ts';
import { mmapRules, munmapRules } from './mmap.ts';
import { pagemapScanRules } from './pagemap-scan.ts';
import type { Rule } from './rule.ts';

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
