import { Select } from '@mantine/core';
import { useState } from 'react';
import { addressOfLimits } from '../../context/address.ts';
import { useApp, useWords } from '../../context/context.ts';
import { useProcesses } from '../processes/use-processes.ts';

const own = 'own';
/** A search finds the others. */
const mostShown = 60;

/** Chooses whose limits are shown: the engine's own process, or any other. */
export function Whose({ pid }: { pid: number | undefined }) {
  const { t } = useWords();
  const engine = useApp((state) => state.host?.pid);
  const [opened, setOpened] = useState(false);
  const { rows } = useProcesses(opened);
  const options = [...rows.values()]
    .filter((row) => row.kind === 'process' && row.pid !== engine)
    .sort((a, b) => (b.vmLckBytes ?? 0) - (a.vmLckBytes ?? 0) || (b.rssBytes ?? 0) - (a.rssBytes ?? 0))
    .map((row) => ({ value: `${row.pid}`, label: `${row.name ?? ''} ${row.pid}` }));
  const chosen = pid === undefined || rows.has(pid) ? [] : [{ value: `${pid}`, label: `pid ${pid}` }];
  return (
    <Select
      size="xs"
      w={240}
      mt={8}
      searchable
      limit={mostShown}
      aria-label={t('limits.whose')}
      value={pid === undefined ? own : `${pid}`}
      data={[{ value: own, label: t('limits.own', { pid: engine ?? '' }) }, ...chosen, ...options]}
      nothingFoundMessage={t('processes.notFound')}
      onDropdownOpen={() => setOpened(true)}
      onDropdownClose={() => setOpened(false)}
      onChange={(wanted) => {
        if (wanted) location.hash = addressOfLimits(undefined, rows.get(Number(wanted)));
      }}
    />
  );
}
