import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconRefresh, IconSearch } from '@tabler/icons-react';
import { useDeferredValue, useState } from 'react';
import { type FilesMap, type FilesProgress, mostListedFiles, type Weight, weights } from '../../../protocol/files.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import type { AskedFiles, FilesLook } from '../../store/store.ts';
import { Split } from '../experiment/experiment-workspace.tsx';
import bar from '../frame/bar.module.css';
import { Bar } from '../frame/bar.tsx';
import { Empty } from '../shared/panel.tsx';
import { Waiting } from '../shared/waiting.tsx';
import { FileBand } from './file-band.tsx';
import classes from './files.module.css';
import { FilesTreemap } from './files-map.tsx';
import { FilesSentence, formId, useCachedOf } from './files-sentence.tsx';
import { FilesSets } from './files-sets.tsx';
import { FilesSide } from './files-side.tsx';
import { FilesTable } from './files-table.tsx';
import { FolderActs } from './folder-acts.tsx';
import { changeOf, type TableOrder, useFileRows, useFilesMap, useFilesProgress } from './use-files.ts';

/** What the page cache holds of the files of a folder, or of those that a process has open. */
export function FilesPage({ asked }: { asked: AskedFiles | undefined }) {
  const { t } = useWords();
  const { files } = useActions();
  const known = useApp((state) => state.files);
  const shown = asked && known;
  const look = shown?.begun?.look;
  const progress = useFilesProgress(look);
  // Until the first is told of it, too.
  const walking = shown !== undefined && !shown.problem && (!progress || progress.state === 'walking');
  return (
    <>
      <Bar
        title={t('files.title')}
        state={<State progress={progress} />}
        side={look !== undefined}
        sideTitle={t('files.side')}
      >
        {look !== undefined && !walking && <FilesSets look={look} />}
        {walking ? (
          <Button variant="default" onClick={() => void files.stop()}>
            {t('files.stop')}
          </Button>
        ) : shown ? (
          <Button
            variant="default"
            leftSection={<IconRefresh size={15} aria-hidden />}
            onClick={() => void files.again()}
          >
            {t('files.again')}
          </Button>
        ) : (
          <Button variant="default" type="submit" form={formId}>
            {t('files.look')}
          </Button>
        )}
      </Bar>
      <section className={classes.headline} data-panel="sentence">
        <div className={classes.sentence}>
          <FilesSentence asked={asked} progress={progress} />
        </div>
        <Caption shown={shown} progress={progress} />
      </section>
      {look === undefined ? (
        shown && !shown.problem ? (
          <Waiting text={t('files.walking', { folder: 'path' in shown.asked ? shown.asked.path : '' })} />
        ) : (
          <p className={classes.intro}>{t('files.intro')}</p>
        )
      ) : progress ? (
        <Looked key={look} look={look} progress={progress} />
      ) : (
        !shown?.problem && <Waiting text={t('files.walking', { folder: shown?.begun?.top ?? '' })} />
      )}
    </>
  );
}

function State({ progress }: { progress: FilesProgress | undefined }) {
  const { t, format } = useWords();
  if (!progress) return <span className={bar.state}>{t('files.state.none')}</span>;
  const { state, files, elapsedNs, witnesses } = progress;
  const told = (['cachestat', 'mincore'] as const).filter((each) => witnesses[each] > 0);
  const witness = told.length === 1 ? told[0] : t(`files.witnesses.${told.length > 1 ? 'both' : 'none'}`);
  const values = { files: t('files.count', { count: files }), time: format.duration(elapsedNs) };
  return (
    <span className={bar.state} role="status" data-state={state === 'walking' ? 'running' : 'stopped'}>
      <i aria-hidden />
      {t(`files.state.${state}`, values)} · {t('files.witness', { witness: witness ?? '' })}
    </span>
  );
}

/** What stands in the way, else where the walk is, else what these files are of all that is cached. */
function Caption({ shown, progress }: { shown: FilesLook | undefined; progress: FilesProgress | undefined }) {
  const { t, format, pick } = useWords();
  const cachedOf = useCachedOf();
  if (shown?.problem) {
    return (
      <p className={classes.caption} role="alert">
        {pick(shown.problem.text)}
      </p>
    );
  }
  if (!progress) return <p className={classes.caption} />;
  if (progress.state === 'walking') {
    return <p className={classes.caption}>{t('files.walking', { folder: progress.at ?? shown?.begun?.top ?? '' })}</p>;
  }
  const { memory, sum, reasons, unlistedFiles } = progress;
  const [most] = reasons;
  const [notAsked] = shown?.begun?.reasons ?? [];
  const said = [
    ...(memory
      ? [
          t('files.pageCache', {
            cached: format.bytes(memory.cachedBytes),
            shmem: format.bytes(memory.shmemBytes),
            known: cachedOf(progress),
          }),
        ]
      : []),
    ...(most ? [t('files.unknownFiles', { count: sum.unknownFiles, most: most.files, reason: pick(most.text) })] : []),
    ...(unlistedFiles > 0 ? [t('files.unlisted', { most: mostListedFiles })] : []),
    ...(notAsked ? [t('files.notAsked', { reason: pick(notAsked) })] : []),
  ];
  return (
    <p className={classes.caption} title={said.join(' ')}>
      {said.join(' ')}
    </p>
  );
}

function Looked({ look, progress }: { look: number; progress: FilesProgress }) {
  const { t } = useWords();
  const [file, setFile] = useState<number>();
  const [folder, setFolder] = useState(0);
  const [view, setView] = useState<'map' | 'table'>('map');
  const [by, setBy] = useState<Weight>('size');
  const [typed, setTyped] = useState('');
  const [sorted, setSorted] = useState<Pick<TableOrder, 'by' | 'descending'>>({ by: 'cached', descending: true });
  const [acted, setActed] = useState(0);
  const search = useDeferredValue(typed);
  const change = changeOf(progress);
  const map = useFilesMap(look, folder, by, change);
  const onActed = () => setActed((count) => count + 1);
  return (
    <>
      <div className={classes.looked}>
        <Split
          title={t('files.side')}
          side={<FilesSide look={look} folder={folder} change={change} chosen={file} onFile={setFile} acted={acted} />}
        >
          <div className={classes.work}>
            <div className={classes.tools}>
              <SegmentedControl
                size="xs"
                aria-label={t('files.views')}
                value={view}
                data={(['map', 'table'] as const).map((value) => ({ value, label: t(`files.view.${value}`) }))}
                onChange={(chosen) => setView(chosen as 'map' | 'table')}
              />
              {view === 'map' ? (
                <SegmentedControl
                  size="xs"
                  aria-label={t('files.area')}
                  value={by}
                  data={weights.map((value) => ({ value, label: t(`files.weight.${value}`) }))}
                  onChange={(chosen) => setBy(chosen as Weight)}
                />
              ) : (
                <TextInput
                  size="xs"
                  w={220}
                  aria-label={t('files.search')}
                  placeholder={t('files.search')}
                  leftSection={<IconSearch size={14} aria-hidden />}
                  value={typed}
                  spellCheck={false}
                  onChange={(event) => setTyped(event.currentTarget.value)}
                />
              )}
              {progress.state !== 'walking' && map && map.root.files > 0 && (
                <FolderActs folder={map.root} onActed={onActed} />
              )}
              <Legend />
            </div>
            {view === 'map' ? (
              <FolderMap
                {...{ map, by, file }}
                empty={progress.files === 0}
                onFile={setFile}
                onFolder={setFolder}
                onRest={(rest) => {
                  setFolder(rest);
                  setSorted({ by: 'size', descending: true });
                  setView('table');
                }}
              />
            ) : (
              <FolderTable
                {...{ look, map, change, file }}
                order={{ folder, search, ...sorted }}
                onOrder={(column, descending) => setSorted({ by: column, descending })}
                onFile={setFile}
                onFolder={setFolder}
              />
            )}
          </div>
        </Split>
      </div>
      {file === undefined ? (
        <p className={classes.choose}>{t('files.band.choose')}</p>
      ) : (
        <FileBand key={file} look={look} file={file} onClose={() => setFile(undefined)} onActed={onActed} />
      )}
    </>
  );
}

function Legend() {
  const { t } = useWords();
  return (
    <span className={classes.legend}>
      {(['cached', 'disk', 'unknown'] as const).map((kind) => (
        <span key={kind}>
          <i data-kind={kind} aria-hidden />
          {t(`files.legend.${kind}`)}
        </span>
      ))}
    </span>
  );
}

interface MapProps {
  /** Undefined until it has come. */
  readonly map: FilesMap | undefined;
  readonly by: Weight;
  readonly file: number | undefined;
  readonly empty: boolean;
  readonly onFile: (file: number) => void;
  readonly onFolder: (folder: number) => void;
  readonly onRest: (folder: number) => void;
}

function FolderMap({ map, by, file, empty, onFile, onFolder, onRest }: MapProps) {
  const { t } = useWords();
  if (empty) return <Empty>{t('files.empty')}</Empty>;
  if (!map) return undefined;
  const weighs = by === 'size' ? map.root.sizeBytes : map.root.cachedBytes;
  return (
    <>
      {map.above.length > 0 && <Above above={map.above} name={map.root.name} onFolder={onFolder} />}
      {weighs ? (
        <FilesTreemap map={map} by={by} chosen={file} onFile={onFile} onFolder={onFolder} onRest={onRest} />
      ) : (
        <Empty>{t(`files.nothingWeighs.${by}`)}</Empty>
      )}
    </>
  );
}

/** The folders above the one that is shown. */
function Above({
  above,
  name,
  onFolder,
}: {
  above: readonly { folder: number; name: string }[];
  name: string;
  onFolder: (folder: number) => void;
}) {
  const { t } = useWords();
  return (
    <nav className={classes.above} aria-label={t('files.up')}>
      {above.map(({ folder, name: of }) => (
        <span key={folder}>
          <button type="button" onClick={() => onFolder(folder)}>
            {of || t('files.top')}
          </button>
          {' / '}
        </span>
      ))}
      <b>{name}</b>
    </nav>
  );
}

interface TableProps {
  readonly look: number;
  readonly map: FilesMap | undefined;
  readonly order: TableOrder;
  readonly change: string;
  readonly file: number | undefined;
  readonly onOrder: (by: Exclude<TableOrder['by'], 'uncached'>, descending: boolean) => void;
  readonly onFile: (file: number) => void;
  readonly onFolder: (folder: number) => void;
}

function FolderTable({ look, map, order, change, file, onOrder, onFile, onFolder }: TableProps) {
  const { t } = useWords();
  const rows = useFileRows(look, order, change);
  return (
    <>
      {map && map.above.length > 0 && <Above above={map.above} name={map.root.name} onFolder={onFolder} />}
      {rows.matching === undefined ? undefined : (
        <p className={classes.found} role="status">
          {t('files.found', { count: rows.matching })}
        </p>
      )}
      <FilesTable rows={rows} order={order} chosen={file} onOrder={onOrder} onFile={onFile} />
    </>
  );
}
