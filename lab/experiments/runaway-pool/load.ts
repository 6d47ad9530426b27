/** The load that every pool serves: waves from few live blocks to many and back. */
export interface Load {
  readonly low: number;
  readonly peak: number;
  readonly waves: number;
  readonly slotBytes: number;
  readonly cap: number;
}

/** One half of a wave: the number of its wave from 0, and the live blocks at its end. */
export interface Half {
  readonly wave: number;
  readonly live: number;
}

/** All halves of the load, in order. */
export function halvesOf({ low, peak, waves }: Load): Half[] {
  return Array.from({ length: waves }, (_, wave) => [
    { wave, live: peak },
    { wave, live: low },
  ]).flat();
}
