import { mincore } from '../../../native/calls/mman.ts';
import type { PageRange } from '../../../protocol/operation.ts';
import type { Text } from '../../../protocol/text.ts';
import { countPages } from '../../files/page-witness.ts';
import type { Region } from '../../regions/region.ts';

/**
 * How many of these pages of a region's file the page cache holds, whichever process read them, by the witness that
 * tells the truth there. By cachestat pages that are still being read count too, by mincore only those that have been.
 */
export function cachedPages(region: Region, range: PageRange): number | Text {
  const { file } = region;
  if (!file) return { en: 'the region maps no file', zh: '该区域没有映射文件' };
  const witness = file.pageWitness;
  // The region's own mapping will do for mincore, so none is made for it.
  if (witness === 'mincore') return residentPages(region, range);
  const bytes = region.pageSize;
  const { cachedPages, reason } = countPages(file.fd, range.firstPage * bytes, range.pageCount * bytes, witness);
  return cachedPages ?? reason ?? { en: 'nobody told', zh: '无从得知' };
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
