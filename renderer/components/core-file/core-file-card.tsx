import { VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheckFilled, IconCircleXFilled, IconCut } from '@tabler/icons-react';
import { useId, useMemo, useState } from 'react';
import type { CoreFile } from '../../../protocol/events.ts';
import { useWords } from '../../context/context.ts';
import classes from './core-file.module.css';
import { CoreStrip } from './core-strip.tsx';
import { CoreTable } from './core-table.tsx';
import { segmentsOf } from './strip.ts';
import type { CoreWords } from './use-core-words.ts';
import { type Verdict, verdictOf } from './verdict.ts';

const icons: Record<Verdict, typeof IconCut> = {
  clean: IconCircleCheckFilled,
  leaked: IconCircleXFilled,
  unproven: IconAlertTriangle,
  'cut-short': IconCut,
};

/** One core file: what the search proved, the file as a strip, and how large it was. */
export function CoreFileCard({ file, words }: { file: CoreFile; words: CoreWords }) {
  const { t, pick } = useWords();
  const id = useId();
  const [shown, setShown] = useState<number>();
  const verdict = verdictOf(file, words.nature);
  const Icon = icons[verdict];
  return (
    <article className={classes.card} aria-labelledby={`${id}-title`}>
      <div className={classes.aside}>
        <header className={classes.head} data-verdict={verdict}>
          <h3 id={`${id}-title`} className={classes.title} title={pick(file.title)}>
            {t(`secrets.route.${file.route}`)}
          </h3>
          <p id={`${id}-verdict`} className={classes.verdict}>
            <span className={classes.badge} title={t(`secrets.verdictMeaning.${verdict}`)}>
              <Icon size={14} aria-hidden />
              {t(`secrets.verdict.${verdict}`)}
            </span>
            <VisuallyHidden component="span"> {file.found.map((hit) => words.found(hit)).join(' · ')}</VisuallyHidden>
          </p>
        </header>
        <Size file={file} />
      </div>
      <div>
        <CoreStrip file={file} words={words} describedBy={`${id}-verdict`} shown={shown} onShow={setShown} />
        {(verdict === 'cut-short' || verdict === 'unproven' || file.truncated) && (
          <p className={classes.warning}>{t(`secrets.verdictMeaning.${file.truncated ? 'cut-short' : verdict}`)}</p>
        )}
        <Note file={file} words={words} shown={shown} />
        <CoreTable file={file} words={words} />
      </div>
    </article>
  );
}

/** How large the file is. */
function Size({ file: { apparentBytes, diskBytes } }: { file: CoreFile }) {
  const { t, format } = useWords();
  const [apparent, disk] = [format.bytes(apparentBytes), format.bytes(diskBytes)];
  return (
    <>
      <p className={classes.fact}>{t('secrets.facts.apparent', { size: apparent })}</p>
      {disk !== apparent && <p className={classes.fact}>{t('secrets.facts.disk', { size: disk })}</p>}
    </>
  );
}

/** The mapping that is pointed at; else the numbers of the search. */
function Note({ file, words, shown }: { file: CoreFile; words: CoreWords; shown: number | undefined }) {
  const { t, format } = useWords();
  // Which mapping has which number does not depend on how wide it is drawn.
  const segments = useMemo(() => segmentsOf(file, words.regions, 1), [file, words.regions]);
  const segment = shown === undefined ? undefined : segments[shown];
  const { searchedBytes, searchNs, mappings } = file;
  const hollow = mappings.filter(({ fileBytes }) => fileBytes === 0).length;
  if (segment) return <p className={`${classes.note} ${classes.pointed}`}>{words.segment(segment)}</p>;
  const facts = [
    t('secrets.facts.searched', { size: format.bytes(searchedBytes), time: format.duration(searchNs) }),
    ...(searchNs > 0 ? [t('secrets.facts.speed', { size: format.bytes((searchedBytes / searchNs) * 1e9) })] : []),
    t('secrets.facts.mappings', { count: mappings.length }),
    t('secrets.facts.empty', { count: hollow }),
  ];
  return <p className={classes.note}>{facts.join(' · ')}</p>;
}
