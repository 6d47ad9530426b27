import { cString, indented } from '../base/c-text.ts';
import { type DescribedMapping, mmapNames, protectionText } from '../regions/mapping.ts';
import type { Place } from './scope.ts';

/** The C lines that map a region; they end the program where that is refused. */
export function mapLines(place: Place, mapping: DescribedMapping): string[] {
  const { variable, fd } = place;
  const source = fd === undefined ? undefined : sourceOf(mapping, place);
  return [
    ...(source ? [`int ${fd} = ${source.call};`, `must("${source.name}", ${fd} >= 0);`] : []),
    ...(source?.sized ? [`must("ftruncate", ftruncate(${fd}, ${bytesOf(mapping)}) == 0);`] : []),
    `unsigned char *${variable} = ${mmapCall(place, mapping)};`,
    `must("mmap", ${variable} != MAP_FAILED);`,
  ];
}

/**
 * The C lines that try to map what was refused: they say so and go on, in a block because the label may be used again.
 */
export function refusedMapLines(place: Place, mapping: DescribedMapping): string[] {
  const { variable, fd } = place;
  const source = fd === undefined ? undefined : sourceOf(mapping, place);
  const opened = fd === undefined ? '' : `${fd} >= 0 && `;
  const inside = [
    ...(source ? [`int ${fd} = ${source.call};`, `check("${source.name}", ${fd} < 0);`] : []),
    ...(source?.sized ? [`check("ftruncate", ${opened}ftruncate(${fd}, ${bytesOf(mapping)}) != 0);`] : []),
    `unsigned char *${variable} = ${mmapCall(place, mapping)};`,
    `check("mmap", ${opened}${variable} == MAP_FAILED);`,
    `if (${variable} != MAP_FAILED) munmap(${variable}, ${bytesOf(mapping)});`,
    ...(fd ? [`if (${fd} >= 0) close(${fd});`] : []),
  ];
  return ['{', ...indented(inside), '}'];
}

/** The C lines that unmap a region. */
export function unmapLines({ variable, pages, reservedPages, fd }: Place): string[] {
  return [
    `check("munmap", munmap(${variable}, ${bytesOf({ pages, reservedPages })}));`,
    ...(fd ? [`close(${fd});`] : []),
  ];
}

function mmapCall({ fd }: Place, mapping: DescribedMapping): string {
  const { pages, reservedPages = 0, lengthBytes, alignPages = 1 } = mapping;
  const { protection, flags } = mmapNames(mapping);
  const length = lengthBytes === undefined ? bytesOf(mapping) : `${lengthBytes}`;
  const names = `${protectionText(protection, ' | ')}, ${flags.join(' | ')}`;
  return `mmap(room(${pages + reservedPages}, ${alignPages}), ${length}, ${names}, ${fd ?? -1}, 0)`;
}

/** The call that gives the descriptor, what it is called when it fails, and whether what it gives has no length yet. */
function sourceOf(
  { file, memory, pages }: DescribedMapping,
  { label }: Place,
): { name: string; call: string; sized: boolean } {
  if (file?.name === '') return { name: 'mkstemp', call: `file_on_disk(${pages})`, sized: false };
  if (file) {
    // Without O_NONBLOCK a pipe in its place would wait for its writer.
    return { name: 'open', call: `open(${cString(file.name)}, O_RDONLY | O_NONBLOCK | O_CLOEXEC)`, sized: false };
  }
  if (memory === 'secret')
    return { name: 'memfd_secret', call: '(int)syscall(SYS_memfd_secret, O_CLOEXEC)', sized: true };
  return { name: 'memfd_create', call: `memfd_create(${cString(label)}, MFD_CLOEXEC)`, sized: true };
}

function bytesOf({ pages, reservedPages = 0 }: Pick<DescribedMapping, 'pages' | 'reservedPages'>): string {
  return pages + reservedPages === 1 ? 'page_size' : `${pages + reservedPages} * page_size`;
}
