import { cString } from '../../base/c-text.ts';
import type { Source } from './providers.ts';
import type { Load } from './serving.ts';

const functions = {
  mmap: 'map_block, unmap_block',
  malloc: 'malloc_block, free_block',
  cold: 'take_slot, put_slot',
  hot: 'take_slot, put_slot',
} as const;

/** The C lines that serve the requests; the pool's first load fills it with its slots before. */
export function serveLines({ id, name, pool }: Source, { requests, live, bytes }: Load, first: boolean): string[] {
  const variable = pool && `pool_${pool.region.label}`;
  const serve = `serve(${cString(name.en)}, ${variable ? `&${variable}` : 'NULL'}, ${functions[id]}, ${requests}, ${live}, ${bytes});`;
  if (!pool || !first) return [serve];
  const { region, slots } = pool;
  const slot = region.pages === slots ? 'page_size' : `${region.pages / slots} * page_size`;
  return [`static struct pool ${variable};`, `fill_pool(&${variable}, ${region.label}, ${slots}, ${slot});`, serve];
}
