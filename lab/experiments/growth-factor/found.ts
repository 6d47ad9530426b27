import type { Text } from '../../../protocol/text.ts';
import type { Counted } from '../../regions/look.ts';
import type { Load, Pushed, Strategy, Told } from './push.ts';

/** What the parameters ask for. */
export interface Chosen {
  readonly strategies: readonly Strategy[];
  readonly load: Load;
  /** Its buffer is looked at, page by page. */
  readonly shown: Strategy;
  /** The push that makes the shown one grow for the last time. */
  readonly lastGrowth: number;
  /** Done a second time, which tells how noisy the machine is. */
  readonly again: readonly Strategy[];
}

/** What the pages of the buffer that is looked at are: half full right after its last growth, and at the end. */
export interface Pages {
  readonly half: Counted;
  readonly halfWritten: number;
  readonly end: Counted;
  readonly endWritten: number;
  readonly keyStep: number;
}

export interface Found extends Chosen {
  readonly pushed: readonly Told[];
  readonly repeated: readonly Pushed[];
  /** A sentence where the buffer could not be looked at alone. */
  readonly pages: Pages | Text;
  /** Why the kernel gave no more to one of them. */
  readonly refused: Text | undefined;
  /** Why a page may be a huge one. */
  readonly huge: Text | undefined;
}
