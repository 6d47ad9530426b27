import { pageSize } from '../../native/libc/sysconf.ts';
import { maxRegionPages, type RegionRequest } from '../../protocol/mapping.ts';
import { problem } from '../../protocol/problem.ts';
import { formatBytes } from '../base/format.ts';
import { hugePageBytes, poolPageBytes } from '../limits/huge-pages.ts';
import { BackingFile } from '../regions/backing-file.ts';
import type { Mapping } from '../regions/mapping.ts';

/**
 * The mapping that a person asked for. A file is opened here; it is the region's to close, or the caller's when there
 * isn't one. A size beyond a file's end is mapped as asked: what lies there cannot be touched, and says so.
 *
 * Throws `bad-input`: a file that is missing, empty, unreadable or irregular, a size that is missing, too large, or of
 * hugetlb no whole huge pages; `cannot-run-here`: hugetlb on a kernel without it.
 */
export function mappingOf(request: RegionRequest): Mapping {
  const { backing, size, protection, populate, locked } = request;
  const file = backing.kind === 'file' ? BackingFile.open(backing.path) : undefined;
  try {
    const { pages, lengthBytes } = sizeOf(size, file);
    const alignPages = alignmentOf(request, pages, lengthBytes);
    return {
      pages,
      ...(lengthBytes === undefined ? {} : { lengthBytes }),
      protection,
      ...(file ? { file } : {}),
      ...(backing.kind === 'file' ? { privateCopy: backing.sharing === 'private' } : {}),
      ...(backing.kind === 'file' || backing.kind === 'anonymous' ? {} : { memory: backing.kind }),
      flags: [...(locked ? (['MAP_LOCKED'] as const) : []), ...(populate ? (['MAP_POPULATE'] as const) : [])],
      ...(alignPages === undefined ? {} : { alignPages }),
    };
  } catch (error) {
    file?.[Symbol.dispose]();
    throw error;
  }
}

/** Bytes of memory that a region takes at most. Throws like `mappingOf`. */
export function bytesOfRequest(request: RegionRequest): number {
  using file = request.backing.kind === 'file' ? BackingFile.open(request.backing.path) : undefined;
  return sizeOf(request.size, file).pages * pageSize();
}

/** Pages that the address is a multiple of; undefined where any page will do. Throws like `mappingOf`. */
function alignmentOf({ backing, hugePages }: RegionRequest, pages: number, lengthBytes?: number): number | undefined {
  if (backing.kind !== 'hugetlb') {
    return hugePages === 'always' ? Math.max(1, (hugePageBytes() ?? 0) / pageSize()) : undefined;
  }
  const hugeBytes = poolPageBytes();
  if (hugeBytes === undefined) {
    throw problem(
      'cannot-run-here',
      'This kernel has no pool of huge pages (CONFIG_HUGETLBFS); choose anonymous memory with advice for huge pages.',
      '此内核没有大页池（CONFIG_HUGETLBFS）；请选择匿名内存并建议使用大页。',
    );
  }
  const each = hugeBytes / pageSize();
  if (lengthBytes !== undefined || pages % each !== 0) {
    const [asked, huge] = [formatBytes(lengthBytes ?? pages * pageSize()), formatBytes(hugeBytes)];
    throw problem(
      'bad-input',
      `A hugetlb region is whole huge pages of ${huge} (${each} pages), and ${asked} is not a multiple; change the size.`,
      `hugetlb 区域由 ${huge}（${each} 页）的完整大页组成，${asked} 不是其整数倍；请修改大小。`,
    );
  }
  return each;
}

function sizeOf(size: RegionRequest['size'], file: BackingFile | undefined): { pages: number; lengthBytes?: number } {
  const asked = size ?? (file ? { bytes: file.bytes } : undefined);
  if (!asked) {
    throw problem(
      'bad-input',
      'A region without a file needs a size; say how many pages or bytes.',
      '没有文件的区域需要大小；请给出页数或字节数。',
    );
  }
  if ('pages' in asked) return { pages: asked.pages };
  const pages = Math.ceil(asked.bytes / pageSize());
  if (pages > maxRegionPages) {
    throw problem(
      'bad-input',
      `A region of ${pages} pages is too large to be shown; the most is ${maxRegionPages}, so map a part of it.`,
      `${pages} 页的区域过大，无法显示；最多 ${maxRegionPages} 页，请只映射其中一部分。`,
    );
  }
  return asked.bytes === pages * pageSize() ? { pages } : { pages, lengthBytes: asked.bytes };
}
