import { Badge, Button, Checkbox } from '@mantine/core';
import { IconArrowsDiff, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import type { ListedRecording } from '../../../protocol/service.ts';
import { addressOfRecordings } from '../../context/address.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { nameOf } from '../../store/recordings-actions.ts';
import { Empty } from '../shared/panel.tsx';
import { Problems } from '../shared/problems.tsx';
import { Tip } from '../shared/tip.tsx';
import { Waiting } from '../shared/waiting.tsx';
import { OpenFile } from './open-file.tsx';
import { RecordingActions } from './recording-actions.tsx';
import { RecordingLimit } from './recording-limit.tsx';
import classes from './recordings.module.css';
import { Thumbnail } from './thumbnail.tsx';
import { valuesText } from './values-text.ts';

/** Every recording with what it holds, the newest first; what cannot be read, with the reason. */
export function RecordingList() {
  const { t, pick, format } = useWords();
  const { recordings: actions } = useActions();
  const recordings = useApp((state) => state.recordings);
  const refusal = useApp((state) => state.refusal);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const used = recordings?.listed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) ?? 0;
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div>
          <h1 className={classes.title}>{t('recordings.title')}</h1>
          <p className={classes.summary}>{t('recordings.summary')}</p>
        </div>
        <div className={classes.end}>
          {recordings && (
            <>
              <span role="status">
                {t('recordings.total', { count: recordings.listed.length, used: format.bytes(used) })}
              </span>
              <RecordingLimit limits={recordings} />
            </>
          )}
          <Button
            h={32}
            variant="default"
            disabled={chosen.length < 2}
            leftSection={<IconArrowsDiff size={15} aria-hidden />}
            onClick={() => {
              location.hash = addressOfRecordings(...chosen);
            }}
          >
            {t('recordings.compare.button')}
          </Button>
          <Button
            h={32}
            variant="default"
            leftSection={<IconRefresh size={15} aria-hidden />}
            onClick={() => void actions.list()}
          >
            {t('recordings.refresh')}
          </Button>
        </div>
      </header>
      <Problems />
      {recordings?.problem && (
        <p role="alert" className={classes.problem}>
          {pick(recordings.problem.text)}
        </p>
      )}
      <OpenFile />
      {recordings ? (
        <Table
          listed={recordings.listed}
          off={recordings.mostBytes === 0}
          chosen={chosen}
          onChoose={(name) => setChosen(withOrWithout(chosen, name))}
        />
      ) : (
        !refusal && <Waiting text={t('recordings.loading')} />
      )}
    </div>
  );
}

const columns = ['title', 'parameters', 'time', 'duration', 'size', 'outcome'] as const;

/** The two that are compared: a third takes the place of the first. */
const withOrWithout = (chosen: readonly string[], name: string): readonly string[] =>
  chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen.slice(-1), name];

interface Chosen {
  readonly chosen: readonly string[];
  readonly onChoose: (name: string) => void;
}

function Table({ listed, off, ...chosen }: { listed: readonly ListedRecording[]; off: boolean } & Chosen) {
  const { t } = useWords();
  return (
    <>
      {off && <Empty>{t('recordings.off')}</Empty>}
      {listed.length === 0 && !off && <Empty>{t('recordings.none')}</Empty>}
      {listed.length > 0 && (
        <table className={classes.table} aria-label={t('recordings.list')}>
          <thead>
            <tr>
              <td />
              <th scope="col">{t('recordings.column.film')}</th>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {t(`recordings.column.${column}`)}
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {listed.map((recording) => (
              <Row key={recording.file} recording={recording} {...chosen} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function Row({ recording, chosen, onChoose }: { recording: ListedRecording } & Chosen) {
  const { t, pick, format } = useWords();
  const catalogue = useApp((state) => state.catalogue);
  const { sizeBytes, kept, read, problem } = recording;
  const name = nameOf(recording);
  const keptMark = kept && (
    <Tip label={t('recordings.keptHint')}>
      <Badge size="xs" variant="default">
        {t('recordings.kept')}
      </Badge>
    </Tip>
  );
  if (!read) {
    return (
      <tr>
        <td />
        <td />
        <th scope="row">
          {name} {keptMark}
        </th>
        <td colSpan={3} className={classes.problem}>
          {problem ? pick(problem.text) : t('recordings.unreadable')}
        </td>
        <td className={classes.size}>{format.bytes(sizeBytes)}</td>
        <td />
        <td>
          <RecordingActions recording={recording} called={name} />
        </td>
      </tr>
    );
  }
  const { createdAt, experiment, durationNs, outcome, claims } = read;
  const total = claims.held + claims.failed + claims.skipped;
  const known = catalogue?.find(({ id }) => id === experiment.id);
  const time = format.date(new Date(createdAt));
  return (
    <tr data-failed={outcome === 'failed' || claims.failed > 0 || undefined}>
      <td>
        <Checkbox
          size="xs"
          aria-label={t('recordings.compare.choose', { title: pick(experiment.title), time })}
          checked={chosen.includes(name)}
          onChange={() => onChoose(name)}
        />
      </td>
      <td>
        <Thumbnail file={recording.file} />
      </td>
      <th scope="row">
        <a href={addressOfRecordings(name)} title={name}>
          {pick(experiment.title)}
        </a>{' '}
        {keptMark}
      </th>
      <td className={classes.parameters}>{valuesText(experiment.parameters, known, pick, format)}</td>
      <td>
        <time dateTime={createdAt}>{time}</time>
      </td>
      <td className={classes.size}>{format.duration(durationNs)}</td>
      <td className={classes.size}>{format.bytes(sizeBytes)}</td>
      <td>
        {t(`recordings.outcome.${outcome ?? 'unknown'}`)}
        {total > 0 && <span className={classes.claims}>{t('recordings.claims', { held: claims.held, total })}</span>}
      </td>
      <td>
        <RecordingActions
          recording={recording}
          called={t('recordings.called', { title: pick(experiment.title), time })}
        />
      </td>
    </tr>
  );
}
