import { mincore } from '../../../native/calls/mman.ts';
import { cachestat } from '../../../native/calls/page-cache.ts';
import type { PageRange } from '../../../protocol/operation.ts';
import type { Text } from '../../../protocol/text.ts';
import type { Region } from '../../regions/region.ts';

/**
 * How many of these pages of a region's file the page cache holds, whichever process read them; pages that are still
 * being read count too. cachestat(2), and before Linux 6.5 or where it says 0 mincore(2), which counts only those that
 * have been read; of a file that is neither one's own nor writable both keep it secret.
 */
export function cachedPages(region: Region, range: PageRange): number | Text {
  const { file } = region;
  if (!file) return { en: 'the region maps no file', zh: '该区域没有映射文件' };
  const counted = cachestat(file.fd, range.firstPage * region.pageSize, range.pageCount * region.pageSize);
  // On overlayfs, which every container's root is, it answers 0 of a file that is all in the cache.
  if (counted.errno === null && (counted.cachedPages > 0 || !file.mincoreTells)) return counted.cachedPages;
  if (file.mincoreTells) return residentPages(region, range);
  return {
    en: `${file.name} is neither yours nor writable by you: mincore then says that every page is resident (Linux 5.2), and cachestat answers ${counted.errno}`,
    zh: `${file.name} 既不属于你，你也不能写入：这时 mincore 说每一页都驻留（Linux 5.2），而 cachestat 返回 ${counted.errno}`,
  };
}

/** How many of these pages mincore(2) calls resident. */
export function residentPages(region: Region, range: PageRange): number | Text {
  const { address, length } = region.bytesOf(range);
  const vec = new Uint8Array(range.pageCount);
  const { errno } = mincore(address, length, vec);
  if (errno === null) return vec.reduce((sum, byte) => sum + (byte & 1), 0);
  return { en: `mincore answered ${errno}`, zh: `mincore 返回 ${errno}` };
}

/**
 * A condition to wait for: readahead works on while nobody waits for it. It holds when the page cache has held the same
 * for five questions, and when mincore, where it tells, has seen all of it arrive.
 */
export function standsStill(region: Region): () => boolean {
  const whole = { firstPage: 0, pageCount: region.pages };
  let last: number | undefined;
  let same = 0;
  return () => {
    const cached = cachedPages(region, whole);
    if (typeof cached !== 'number') return true;
    const arrived = region.file?.mincoreTells !== true || residentPages(region, whole) === cached;
    same = cached === last && arrived ? same + 1 : 0;
    last = cached;
    return same >= 5;
  };
}
