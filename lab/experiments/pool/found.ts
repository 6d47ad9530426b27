import type { Text } from '../../../protocol/text.ts';
import type { Counted } from '../../regions/look.ts';
import type { BySource } from './providers.ts';
import type { Served } from './serve.ts';

/** What the parameters ask for. */
export interface Chosen {
  readonly requests: number;
  /** Of a block. */
  readonly bytes: number;
  readonly slots: number;
  /** Of a slot, which is of whole pages. */
  readonly slotPages: number;
  /** Blocks that are held at once in a burst. */
  readonly burst: number;
}

/** What a source served, and why the kernel gave it no more. */
export interface Answered extends Served {
  readonly refused: Text | undefined;
  /** Its step. */
  readonly step: number;
}

/** The pool that is brought in before its first request. */
export interface Hot {
  readonly prefaultNs: number | null;
  readonly prefaultStep: number;
  /** Why it was not brought in. */
  readonly notPrefaulted: Text | undefined;
  /** Why it was not locked. */
  readonly notLocked: Text | undefined;
  /** Pages in memory and locked before the first request. */
  readonly locked: Counted;
}

/** Pages, and the look that counted them. */
export interface Used {
  readonly pages: Counted;
  readonly step: number;
}

export interface Found extends Chosen {
  readonly one: BySource<Answered>;
  readonly bursts: BySource<Answered>;
  readonly hot: Hot;
  /** Resident pages of the cold pool after each of the two loads. */
  readonly usedByOne: Used;
  readonly usedByBursts: Used;
  /** Why a page may be a huge one. */
  readonly huge: Text | undefined;
}
