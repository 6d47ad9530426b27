/**
 * A copy that owns its memory: exactly as long as it looks. A structured clone of a `subarray` clones the whole buffer
 * behind it (a `Buffer` of 100 bytes: Node's pool of 64 KiB).
 */
export const ownBytes = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

/** The bytes themselves where they fill their buffer, else a copy that does. For pipes that clone what they send. */
export const unpooledBytes = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? bytes : ownBytes(bytes);
