import { mincore } from '../native/mman.ts';
import { cachestat } from '../native/page-cache.ts';
import type { Text } from '../protocol/text.ts';
import type { Region } from './region.ts';

/**
 * How many of a file region's pages the page cache holds, the region's own or not. cachestat(2), and before Linux 6.5 mincore(2); of
 * a file that is neither one's own nor writable both keep it secret.
 */
export function cachedPages(region: Region): number | Text {
  const { file, address, length, pages } = region;
  if (!file) return { en: 'the region maps no file', zh: '该区域没有映射文件' };
  const counted = cachestat(file.fd, 0, length);
  if (counted.errno === null) return counted.cachedPages;
  if (!file.mincoreTells) {
    return {
      en: `${file.name} is neither yours nor writable by you: mincore then says that every page is resident (Linux 5.2), and cachestat answers ${counted.errno}`,
      zh: `${file.name} 既不属于你，你也不能写入：这时 mincore 说每一页都驻留（Linux 5.2），而 cachestat 返回 ${counted.errno}`,
    };
  }
  const vec = new Uint8Array(pages);
  const { errno } = mincore(address, length, vec);
  if (errno === null) return vec.reduce((sum, byte) => sum + (byte & 1), 0);
  return { en: `mincore answered ${errno}`, zh: `mincore 返回 ${errno}` };
}
