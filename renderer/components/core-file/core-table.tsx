import { VisuallyHidden } from '@mantine/core';
import type { CoreFile } from '../../../protocol/events.ts';
import { useWords } from '../../context/context.ts';
import { isTelling, segmentsOf } from './strip.ts';
import type { CoreWords } from './use-core-words.ts';

/** What the strip shows, for those who do not see it: the mappings that matter, as a table. */
export function CoreTable({ file, words }: { file: CoreFile; words: CoreWords }) {
  const { t, format } = useWords();
  const heads = ['mapping', 'memory', 'file', 'hits'] as const;
  return (
    <VisuallyHidden component="div">
      <table>
        <caption>{t('secrets.table.caption')}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {t(`secrets.table.${head}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {segmentsOf(file, words.regions, 1)
            .filter(isTelling)
            .map(({ mapping, region }) => (
              <tr key={mapping?.address ?? region}>
                <th scope="row">
                  {[...(region === undefined ? [] : [words.where(region)]), mapping?.address ?? ''].join(' ')}
                </th>
                <td>{mapping ? format.bytes(mapping.memoryBytes) : t('secrets.mapping.absent')}</td>
                <td>{format.bytes(mapping?.fileBytes ?? 0)}</td>
                <td>{mapping ? words.hits(mapping) : t('secrets.mapping.clean')}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </VisuallyHidden>
  );
}
