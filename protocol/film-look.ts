/** A look as one number: the most frequent state, the rarest << 4, the share of the rarest (1 to 255) << 8. */
export const packLook = (most: number, rarest: number, share: number): number => most | (rarest << 4) | (share << 8);
export const mostOf = (look: number): number => look & 15;
export const rarestOf = (look: number): number => (look >> 4) & 15;
export const shareOf = (look: number): number => look >> 8;
/** The look of a bin that showed another state for a while: that one is drawn as large as a quarter of it. */
export const withPeak = (look: number, state: number): number => packLook(mostOf(look), state, 64);
