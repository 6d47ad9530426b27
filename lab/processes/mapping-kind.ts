import type { MappingKind } from '../../protocol/process-look.ts';

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
