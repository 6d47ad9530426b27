import type { CoreFile } from '../../../protocol/events.ts';
import { ProblemError } from '../../../protocol/problem.ts';
import type { Text } from '../../../protocol/text.ts';
import { forget, type Marker, searchCore } from '../../core-file/search-core.ts';
import type { Lab } from '../../experiment-kit/lab.ts';
import type { Script } from '../../experiment-kit/script.ts';
import type { Region } from '../../regions/region.ts';
import type { CoreFiles, Way } from './make-core-files.ts';
import { isBlank, learnMarker } from './markers.ts';

export type Found = Omit<CoreFile, 'id'>;

/** What a core file was found to hold, or why nothing is known of it. */
export type Evidence = { readonly found: Found } | { readonly why: Text };

/** Of the core files that were searched. */
export type Findings = ReadonlyMap<Way, Evidence>;

const titles: Record<Way, Text> = {
  kernel: { en: 'Core file of a copy that aborted', zh: '中止的副本的 core 文件' },
  gcore: { en: 'Core file of the process itself, by gcore', zh: '进程自身的 core 文件，由 gcore 生成' },
  'gcore-all': { en: 'Core file of the process itself, by gcore -a', zh: '进程自身的 core 文件，由 gcore -a 生成' },
};

/**
 * Learns the markers, searches every core file for them, and forgets them: this order is the point, since a marker that
 * this process had learned before would be in the core files once more. Each core file is deleted when it has been
 * searched.
 */
export async function* searchAll(lab: Lab<string>, cores: CoreFiles, regions: readonly Region[]): Script<Findings> {
  const findings = new Map<Way, Evidence>();
  const markers: Marker[] = [];
  try {
    for (const region of regions) {
      const { label } = region;
      const title = { en: `Ask for the marker of ${label}, through a pipe`, zh: `通过管道取得 ${label} 的标记` };
      const marker = yield* lab.call(title, (site) => learnMarker(region, site));
      if (marker) markers.push(marker);
    }
    // One that was wiped by hand would be found in every empty page.
    const known = markers.filter((marker) => !isBlank(marker));
    for (const [way, core] of cores.made) {
      const evidence = yield* search(lab, way, core, known, regions);
      findings.set(way, evidence);
      if ('found' in evidence) lab.coreFile(evidence.found);
      await core[Symbol.asyncDispose]();
    }
  } finally {
    for (const { bytes } of markers) forget(bytes);
  }
  return findings;
}

async function* search(
  lab: Lab<string>,
  way: Way,
  { path, route }: { readonly path: string; readonly route: CoreFile['route'] },
  markers: readonly Marker[],
  regions: readonly Region[],
): Script<Evidence> {
  const title = titles[way];
  const dumped = regions.map(({ id, address, length }) => ({ id, address, lengthBytes: length }));
  const searching = { en: `Search: ${title.en}`, zh: `搜索：${title.zh}` };
  try {
    const found = yield* lab.work(searching, ({ signal, tell }) =>
      searchCore(path, { markers, regions: dumped, route, title, onProgress: tell, signal }),
    );
    return { found };
  } catch (error) {
    if (error instanceof ProblemError) return { why: error.problem.text };
    throw error;
  }
}

/** How often a region's marker was found in that region itself; 0 where it was not searched for. */
export function inPlace({ mappings }: Found, region: number): number {
  return sum(
    mappings.filter((mapping) => mapping.region === region).flatMap(({ hits }) => hits),
    region,
  );
}

/** How often it was found anywhere; undefined where it was not searched for. */
export function anywhere({ found }: Found, region: number): number | undefined {
  return found.find(({ marker }) => marker === region)?.count;
}

/** Where else than in its region a marker was found, in a sentence; undefined where it was not. */
export function elsewhere(found: Found, region: number): Text | undefined {
  const count = (anywhere(found, region) ?? 0) - inPlace(found, region);
  if (count === 0) return undefined;
  const first = found.mappings.find((mapping) => mapping.region !== region && sum(mapping.hits, region) > 0);
  const times = `found ${count} ${count === 1 ? 'time' : 'times'} elsewhere`;
  return first
    ? {
        en: `${times}, first in the mapping at ${first.address}`,
        zh: `在别处有 ${count} 次，首次位于 ${first.address} 处的映射`,
      }
    : {
        en: `${times}, in no mapping: among the registers`,
        zh: `在别处有 ${count} 次，不在任何映射中，而在寄存器内容里`,
      };
}

function sum(hits: readonly { readonly marker: number; readonly count: number }[], marker: number): number {
  return hits.reduce((total, hit) => total + (hit.marker === marker ? hit.count : 0), 0);
}
