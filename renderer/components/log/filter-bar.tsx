import { Checkbox, CloseButton, Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import type { RegionInfo } from '../../../protocol/events.ts';
import { useWords } from '../../context/context.ts';
import { nameOf } from '../shared/region-name.ts';
import classes from './log.module.css';
import type { LogFilter } from './log-filter.ts';

interface Props {
  readonly filter: LogFilter;
  readonly regions: readonly RegionInfo[];
  readonly onFilter: (filter: LogFilter) => void;
}

/** What picks entries out of the log: words, a region, refusals. */
export function FilterBar({ filter, regions, onFilter }: Props) {
  const { t } = useWords();
  const every = t('log.filter.everyRegion');
  return (
    <search className={classes.filter} aria-label={t('log.filter.title')}>
      <TextInput
        className={classes.words ?? ''}
        size="xs"
        aria-label={t('log.filter.text')}
        placeholder={t('log.filter.placeholder')}
        leftSection={<IconSearch size={13} aria-hidden />}
        rightSection={
          filter.text !== '' && (
            <CloseButton
              size="xs"
              aria-label={t('log.filter.clear')}
              onClick={() => onFilter({ ...filter, text: '' })}
            />
          )
        }
        value={filter.text}
        onChange={(event) => onFilter({ ...filter, text: event.currentTarget.value })}
      />
      {regions.length > 1 && (
        <Select
          w={116}
          aria-label={t('log.filter.region')}
          data={[
            { value: 'every', label: every },
            ...regions.map((region) => ({ value: String(region.id), label: nameOf(region) })),
          ]}
          value={filter.region === undefined ? 'every' : String(filter.region)}
          onChange={(value) => onFilter({ ...filter, region: value === 'every' ? undefined : Number(value) })}
        />
      )}
      <Checkbox
        size="xs"
        label={t('log.filter.refused')}
        checked={filter.refused}
        onChange={(event) => onFilter({ ...filter, refused: event.currentTarget.checked })}
      />
    </search>
  );
}
