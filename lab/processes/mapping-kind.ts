import type { MappingKind } from '../../protocol/process-look.ts';
import type { Text } from '../../protocol/text.ts';

/** What a mapping without a name is called in a sentence. */
export const mappingKindNames: Readonly<Record<MappingKind, Text>> = {
  file: { en: 'file', zh: '文件' },
  deleted: { en: 'deleted file', zh: '已删除的文件' },
  heap: { en: 'heap', zh: '堆' },
  stack: { en: 'stack', zh: '栈' },
  anonymous: { en: 'anonymous', zh: '匿名' },
  named: { en: 'anonymous, named', zh: '有名匿名' },
  shmem: { en: 'shared memory', zh: '共享内存' },
  memfd: { en: 'memfd', zh: 'memfd' },
  'no-access': { en: 'no access (guard, reserved)', zh: '不可访问（保护、保留）' },
  kernel: { en: 'of the kernel', zh: '内核提供' },
};

/** What a line of maps is of, and its name without what only says its kind. proc_pid_maps(5) */
export function mappingKind(path: string, protection: string): { kind: MappingKind; name: string } {
  if (path === '') return { kind: protection.startsWith('---') ? 'no-access' : 'anonymous', name: '' };
  if (path === '[heap]') return { kind: 'heap', name: '' };
  if (path.startsWith('[stack')) return { kind: 'stack', name: '' };
  const named = /^\[anon(_shmem)?:(.*)\]$/s.exec(path);
  if (named) return { kind: named[1] ? 'shmem' : 'named', name: named[2] ?? '' };
  if (path.startsWith('[')) return { kind: 'kernel', name: path };
  if (path.startsWith('/memfd:'))
    return { kind: 'memfd', name: path.slice('/memfd:'.length).replace(/ \(deleted\)$/, '') };
  if (/^\/(?:SYSV[0-9a-f]{8}|dev\/zero)(?: \(deleted\))?$/.test(path) || path.startsWith('/dev/shm/')) {
    return { kind: 'shmem', name: path };
  }
  if (path.endsWith(' (deleted)')) return { kind: 'deleted', name: path.slice(0, -' (deleted)'.length) };
  return { kind: 'file', name: path };
}
