import { IconHistory, IconInfoCircle } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { TargetMapping } from '../../../protocol/process-look.ts';
import { useActions, useWords } from '../../context/context.ts';
import { isLive, type Session, type Target } from '../../store/session/session.ts';
import { SideTabs } from '../shared/side-tabs.tsx';
import { About } from './about.tsx';
import { DifferencesTab } from './differences.tsx';
import { LookCosts } from './look-costs.tsx';
import { MappingList } from './mapping-list.tsx';
import classes from './process.module.css';

interface Props {
  readonly session: Session;
  readonly target: Target;
  /** The instant that is shown; undefined is now. */
  readonly tNs: number | undefined;
  /** Whether a look at its mappings from then is kept. */
  readonly kept: boolean;
  readonly pageSize: number;
  readonly why: string | undefined;
  readonly opened: ReadonlySet<string>;
  readonly onOpen: (mapping: TargetMapping) => void;
}

/** The column beside the pages: its mappings, what differs between two instants, what it is, and what looking costs. */
export function ProcessSide({ session, target, tNs, kept, pageSize, why, opened, onOpen }: Props) {
  const { t, format, pick } = useWords();
  const { process } = useActions();
  const [reading, setReading] = useState(false);
  const mappings = target.mappings ?? none;
  const said = useMemo(() => smapsSaid(mappings), [mappings]);
  const smaps = (): void => {
    setReading(true);
    void process.readSmaps().finally(() => setReading(false));
  };
  return (
    <div className={classes.side}>
      <SideTabs
        label={t('app.sideLabel')}
        tabs={[
          {
            name: 'mappings',
            title:
              target.mappings === null ? (
                t('process.about.title')
              ) : (
                <>
                  {t('process.mappings.title')} {kept && <small>{format.number(mappings.length)}</small>}
                </>
              ),
            content: (
              <>
                {tNs !== undefined && (
                  <p className={classes.reason} role="note">
                    <IconHistory size={14} aria-hidden />
                    <span>
                      {t(kept ? 'process.past.asOf' : 'process.past.none', { time: format.duration(target.takenNs) })}
                    </span>
                  </p>
                )}
                {(target.mappings === null ? [] : target.reasons).map((reason) => (
                  <p key={reason.en} className={classes.reason}>
                    <IconInfoCircle size={14} aria-hidden /> <span>{pick(reason)}</span>
                  </p>
                ))}
                {target.mappings === null ? (
                  <About row={target.process} past={tNs !== undefined} />
                ) : (
                  kept && (
                    <MappingList mappings={mappings} pageSize={pageSize} why={why} opened={opened} onOpen={onOpen} />
                  )
                )}
              </>
            ),
          },
          ...(target.mappings === null
            ? []
            : [
                {
                  name: 'differences',
                  title: t('process.difference.title'),
                  content: <DifferencesTab session={session} onOpen={(start) => void process.openMapping(start)} />,
                },
                {
                  name: 'about',
                  title: t('process.about.title'),
                  content: <About row={target.process} past={tNs !== undefined} />,
                },
              ]),
        ]}
      />
      <LookCosts
        total={target.total}
        rssBytes={target.process.rssBytes}
        smaps={target.smaps}
        said={said}
        smapsPriceNs={target.smapsPriceNs}
        onSmaps={!isLive(session) || target.mappings === null ? undefined : smaps}
        reading={reading}
      />
    </div>
  );
}

const none: readonly TargetMapping[] = [];

/** The sums of what smaps told of the mappings; undefined where it was not read. */
function smapsSaid(mappings: readonly TargetMapping[]) {
  const read = mappings.filter(({ pssBytes }) => pssBytes !== null);
  if (read.length === 0) return undefined;
  const sum = (of: 'pssBytes' | 'dirtyBytes') => read.reduce((total, mapping) => total + (mapping[of] ?? 0), 0);
  return { pssBytes: sum('pssBytes'), dirtyBytes: sum('dirtyBytes') };
}
