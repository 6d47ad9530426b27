import type { Text } from '../../../protocol/text.ts';
import type { Counted } from '../../regions/look.ts';
import type { Load } from './load.ts';
import type { Served } from './serve.ts';

/** What one pool came to; pages, bytes. */
export interface Outcome {
  readonly served: Served;
  readonly atPeak: Counted;
  readonly atEnd: Counted;
  readonly faults: Counted;
  /** Of it what the kernel may take when memory is short. */
  readonly lazyFreeBytes: number | Text;
  /** The looks at the peak and at the end. */
  readonly peakStep: number;
  readonly endStep: number;
}

export interface Found {
  readonly load: Load;
  readonly uncapped: Outcome;
  readonly dontneed: Outcome;
  readonly free: Outcome;
  /** At which all three are seen as they are left. */
  readonly keyStep: number;
  /** Why a page may be a huge one. */
  readonly huge: Text | undefined;
}
