import { useMemo } from 'react';
import type { CoreFile, CoreMapping, RegionInfo } from '../../../protocol/events.ts';
import { type Nature, natureOf } from '../../../protocol/nature.ts';
import { useWords } from '../../context/context.ts';
import type { Session } from '../../store/session/session.ts';
import type { Segment } from './strip.ts';

/** What the session's regions are, in words: a core file names them by their numbers. */
export interface CoreWords {
  readonly regions: readonly RegionInfo[];
  nature(region: number): Nature;
  label(region: number): string;
  /** `A (unprotected)` */
  where(region: number): string;
  /** `found 1 time in A (unprotected)` */
  found(hit: CoreFile['found'][number]): string;
  /** `marker of A found 1 time`, or “no marker found”. */
  hits(mapping: CoreMapping): string;
  /** What a mapping takes, and what of it is in the file. */
  extent(mapping: CoreMapping): string;
  /** Whether a region’s key is in the file, in two or three words. */
  answer(segment: Segment): string;
  /** One mapping in one line. */
  segment(segment: Segment): string;
}

export function useCoreWords({ regions, steps }: Pick<Session, 'regions' | 'steps'>): CoreWords {
  const { t, format } = useWords();
  const known = useMemo(
    () => new Map(regions.map((region) => [region.id, { label: region.label, nature: natureOf(region, steps) }])),
    [regions, steps],
  );
  return useMemo(() => {
    const nature = (region: number): Nature => known.get(region)?.nature ?? 'unprotected';
    const label = (region: number) => known.get(region)?.label ?? '?';
    const natured = (region: number) => ({ label: label(region), nature: t(`secrets.nature.${nature(region)}`) });
    const where = (region: number) => t('secrets.where', natured(region));
    const hits = ({ hits: all }: CoreMapping) =>
      all.length === 0
        ? t('secrets.mapping.clean')
        : all
            .map(({ marker, count }) => t('secrets.mapping.hit', { label: label(marker), count }))
            .join(format.listSeparator);
    const extent = ({ memoryBytes, fileBytes }: CoreMapping) => {
      const size = format.bytes(memoryBytes);
      if (fileBytes === 0) return t('secrets.mapping.nothing', { size });
      if (fileBytes < memoryBytes) return t('secrets.mapping.part', { size, part: format.bytes(fileBytes) });
      return t('secrets.mapping.all', { size });
    };
    return {
      regions,
      nature,
      label,
      where,
      hits,
      extent,
      found: ({ marker, count }) => t('secrets.count', { count, where: where(marker) }),
      answer: ({ mapping }) => {
        if (!mapping) return t('secrets.answer.absent');
        if (mapping.hits.length > 0) return t('secrets.answer.found');
        if (mapping.fileBytes === 0) return t('secrets.answer.empty');
        return t('secrets.answer.clean', { size: format.bytes(mapping.fileBytes) });
      },
      segment: ({ mapping, region }) =>
        [
          ...(mapping ? [mapping.address] : []),
          ...(region === undefined ? [] : [t('secrets.mapping.own', natured(region))]),
          ...(mapping ? [extent(mapping), hits(mapping)] : [t('secrets.mapping.absent')]),
        ].join(' · '),
    };
  }, [regions, known, t, format]);
}
