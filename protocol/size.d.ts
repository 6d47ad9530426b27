/** Sizes as people write them and as texts show them, in bytes. */
/**
 * The bytes that `64MiB`, `100M`, `4096K`, `1.5 GiB` or `65536` mean; K and KiB are 1024, KB is 1000, as in GNU
 * coreutils. Undefined when it isn't a size, is empty, or not a whole number of bytes.
 */
export declare function parseSize(text: string): number | undefined;
/**
 * Bytes in the largest IEC unit that leaves a whole number: `8188 KiB`, `8 MiB`, `65535 bytes`. For sums that must come
 * out.
 */
export declare function exactBytes(bytes: number): string;
