const pageBytes = 8192;
const largestBytes = 32_768;

let made: readonly number[] | undefined;

/**
 * The sizes in bytes that Go's allocator hands out up to 32 KiB. They are made by its rule: multiples of an alignment
 * that grows with them, of which a span of pages wastes an eighth at the most, and of those that divide a span alike
 * the largest, in steps of 128. Go 1.18 and later, runtime/sizeclasses.go
 */
export function goSizeClasses(): readonly number[] {
  if (made) return made;
  const classes: { bytes: number; pages: number; objects: number }[] = [];
  for (let bytes = 8; bytes <= largestBytes; bytes += alignment(bytes)) {
    let pages = 1;
    while ((pages * pageBytes) % bytes > (pages * pageBytes) / 8) pages++;
    const objects = Math.floor((pages * pageBytes) / bytes);
    const last = classes.at(-1);
    if (last?.pages === pages && last.objects === objects) last.bytes = bytes;
    else classes.push({ bytes, pages, objects });
  }
  made = classes.map(({ bytes, pages, objects }) =>
    Math.max(bytes, Math.floor((pages * pageBytes) / objects / 128) * 128),
  );
  return made;
}

/** How far the next size is from this one. */
function alignment(bytes: number): number {
  const power = 2 ** Math.floor(Math.log2(bytes));
  if (power >= 2048) return 256;
  if (power >= 128) return power / 8;
  return power >= 32 ? 16 : 8;
}

/** What Go gives for so many bytes without pointers: a size of the table, or whole pages. Go, runtime/msize.go */
export function goRoundUp(bytes: number): number {
  return goSizeClasses().find((size) => size >= bytes) ?? Math.ceil(bytes / pageBytes) * pageBytes;
}
