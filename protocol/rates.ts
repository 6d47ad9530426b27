/** The longest pause between two steps, in milliseconds. */
export const maxPaceMs = 5000;
/** Samples per second. */
export const sampleRateBounds = { minimum: 1, maximum: 60, default: 10 } as const;
