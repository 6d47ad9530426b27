import type { Text } from '../errno-meanings/text.ts';
import type { PageBit } from './page-bit.ts';

/** What this snapshot can't tell, and why, in a sentence. The bits concerned are 0. */
export type Unknown = {
  readonly source: 'mincore' | 'page-table' | 'vmas' | 'smaps' | 'shared-memory';
  readonly bits: readonly (keyof typeof PageBit)[];
  readonly reason: Text;
};
