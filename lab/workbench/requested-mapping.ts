import { pageSize } from '../../native/libc/sysconf.ts';
import { maxRegionPages, type RegionRequest } from '../../protocol/mapping.ts';
import { problem } from '../../protocol/problem.ts';
import { hugePageBytes } from '../limits/huge-pages.ts';
import { BackingFile } from '../regions/backing-file.ts';
import type { Mapping } from '../regions/mapping.ts';

/**
 * The mapping that a person asked for. A file is opened here; it is the region's to close, or the caller's when there
 * isn't one. A size beyond a file's end is mapped as asked: what lies there cannot be touched, and says so.
 *
 * Throws `bad-input`: a file that is missing, empty, unreadable or irregular, a size that is missing or too large.
 */
export function mappingOf({ backing, size, protection, hugePages, populate }: RegionRequest): Mapping {
  const file = backing.kind === 'file' ? BackingFile.open(backing.path) : undefined;
  try {
    const { pages, lengthBytes } = sizeOf(size, file);
    return {
      pages,
      ...(lengthBytes === undefined ? {} : { lengthBytes }),
      protection,
      ...(file ? { file } : {}),
      ...(backing.kind === 'file' ? { privateCopy: backing.sharing === 'private' } : {}),
      ...(backing.kind === 'shared' || backing.kind === 'memfd' || backing.kind === 'secret'
        ? { memory: backing.kind }
        : {}),
      ...(populate ? { flags: ['MAP_POPULATE'] } : {}),
      ...(hugePages === 'always' ? { alignPages: Math.max(1, (hugePageBytes() ?? 0) / pageSize()) } : {}),
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
