import { ActionIcon, NumberInput, Select, TextInput, Tooltip } from '@mantine/core';
import { IconInfoCircle, IconRestore } from '@tabler/icons-react';
import type { ExperimentDescriptor, Parameter } from '../../../protocol/experiment.ts';
import { useActions, useApp, useWords } from '../../context/context.ts';
import { draftValue, type FieldProblem, fieldProblem } from '../../store/parameters.ts';
import { isActive } from '../../store/session/session.ts';
import { shownSession } from '../../store/store.ts';
import classes from './experiment-head.module.css';

/** What stands around the text of a choice: padding and the arrow. */
const selectFrame = '46px';

/**
 * A field for each parameter that the experiment declares. A run keeps the values it began with, so the fields rest
 * meanwhile.
 */
export function ParameterForm({ experiment }: { experiment: ExperimentDescriptor }) {
  const { t } = useWords();
  const { resetParameters } = useActions();
  const draft = useApp((state) => state.drafts[experiment.id]);
  const running = useApp((state) => state.starting || isActive(shownSession(state)?.state ?? 'stopped'));
  const changed = experiment.parameters.some((parameter) => draftValue(parameter, draft) !== parameter.default);
  return (
    <fieldset className={classes.form} disabled={running} aria-label={t('experiment.parameters')}>
      {experiment.parameters.map((parameter) => (
        <Field key={parameter.name} parameter={parameter} value={draftValue(parameter, draft)} />
      ))}
      {changed && !running && (
        <Tooltip label={t('experiment.resetParameters')}>
          <ActionIcon mt={24} aria-label={t('experiment.resetParameters')} onClick={resetParameters}>
            <IconRestore size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </fieldset>
  );
}

function Field({ parameter, value }: { parameter: Parameter; value: string | number }) {
  const { pick } = useWords();
  const { setParameter } = useActions();
  const { name } = parameter;
  const problem = fieldProblem(parameter, value);
  const common = {
    className: classes.field ?? '',
    label: <Label parameter={parameter} />,
    'aria-label': pick(parameter.title),
    error: problem !== undefined,
    'aria-describedby': problem && problemId(parameter),
  };
  if (parameter.kind === 'choice') {
    const data = parameter.choices.map((choice) => ({ value: choice.value, label: pick(choice.title) }));
    const longest = Math.max(...data.map(({ label }) => label.length));
    return (
      <Select
        {...common}
        style={{ minWidth: `calc(${longest}ch + ${selectFrame})` }}
        value={String(value)}
        data={data}
        onChange={(chosen) => chosen !== null && setParameter(name, chosen)}
      />
    );
  }
  if (parameter.kind === 'integer') {
    return (
      <NumberInput
        {...common}
        value={value}
        min={parameter.minimum}
        max={parameter.maximum}
        clampBehavior="none"
        thousandSeparator={false}
        onChange={(typed) => setParameter(name, typed)}
      />
    );
  }
  return (
    <TextInput
      {...common}
      className={classes.wideField ?? ''}
      size="xs"
      value={String(value)}
      spellCheck={false}
      onChange={(event) => setParameter(name, event.currentTarget.value)}
    />
  );
}

function Label({ parameter }: { parameter: Parameter }) {
  const { t, pick, format } = useWords();
  const bounds =
    parameter.kind === 'integer'
      ? ` ${t('parameter.bounds', { minimum: format.number(parameter.minimum), maximum: format.number(parameter.maximum) })}`
      : '';
  return (
    <span className={classes.label}>
      {pick(parameter.title)}
      <Tooltip label={pick(parameter.description) + bounds}>
        <span className={classes.about}>
          <IconInfoCircle size={13} aria-hidden />
        </span>
      </Tooltip>
    </span>
  );
}

const problemId = (parameter: Parameter): string => `problem-${parameter.name}`;

/** What is wrong with the fields, each in a sentence that names it, its value and its bounds. */
export function ParameterProblems({ experiment }: { experiment: ExperimentDescriptor }) {
  const describe = useDescribeProblem();
  const draft = useApp((state) => state.drafts[experiment.id]);
  const wrong = experiment.parameters.flatMap((parameter) => {
    const value = draftValue(parameter, draft);
    const problem = fieldProblem(parameter, value);
    return problem ? [{ parameter, sentence: describe(parameter, value, problem) }] : [];
  });
  if (wrong.length === 0) return undefined;
  return (
    <div className={classes.wrong} role="alert">
      {wrong.map(({ parameter, sentence }) => (
        <p key={parameter.name} id={problemId(parameter)}>
          {sentence}
        </p>
      ))}
    </div>
  );
}

function useDescribeProblem() {
  const { t, pick, format } = useWords();
  return (parameter: Parameter, value: string | number, problem: FieldProblem): string => {
    const name = pick(parameter.title);
    if (parameter.kind !== 'integer') return t('parameter.notAChoice', { name });
    const bounds = { minimum: format.number(parameter.minimum), maximum: format.number(parameter.maximum) };
    return problem === 'outOfBounds'
      ? t('parameter.outOfBounds', { name, value: format.number(Number(value)), ...bounds })
      : t('parameter.notANumber', { name, ...bounds });
  };
}
