import { NumberInput, Select, TextInput } from '@mantine/core';
import type { Parameter } from '../../../protocol/experiment.ts';
import { useActions, useWords } from '../../context/context.ts';
import { fieldProblem } from '../../store/parameters.ts';
import { ChooseFile } from '../shared/choose-file.tsx';
import { Tip } from '../shared/tip.tsx';
import classes from './headline.module.css';

interface Props {
  readonly parameter: Parameter;
  readonly value: string | number;
  readonly named: boolean;
  readonly disabled: boolean;
  /** Where what is wrong with it is said. */
  readonly problemId: string;
}

/** A word of the sentence that is the user’s: it is changed where it stands. */
export function ParameterWord({ parameter, value, named, disabled, problemId }: Props) {
  const { pick } = useWords();
  const about = useAbout(parameter);
  return (
    <Tip label={about}>
      <span className={classes.word}>
        {named && <span className={classes.name}>{pick(parameter.title)} </span>}
        <Field {...{ parameter, value, disabled, problemId }} />
      </span>
    </Tip>
  );
}

function useAbout(parameter: Parameter): string {
  const { t, pick, format } = useWords();
  if (parameter.kind !== 'integer') return pick(parameter.description);
  const bounds = { minimum: format.number(parameter.minimum), maximum: format.number(parameter.maximum) };
  return `${pick(parameter.description)} ${t('parameter.bounds', bounds)}`;
}

function Field({ parameter, value, disabled, problemId }: Omit<Props, 'named'>) {
  const { t, pick } = useWords();
  const { setParameter } = useActions();
  const { name } = parameter;
  const wrong = fieldProblem(parameter, value) !== undefined;
  const common = {
    variant: 'unstyled',
    disabled,
    'aria-label': pick(parameter.title),
    error: wrong,
    ...(wrong && { 'aria-describedby': problemId }),
    classNames: { root: classes.field ?? '', wrapper: classes.field ?? '', input: classes.input ?? '' },
  } as const;
  switch (parameter.kind) {
    case 'choice':
      return (
        <Select
          {...common}
          value={String(value)}
          data={parameter.choices.map((choice) => ({ value: choice.value, label: pick(choice.title) }))}
          rightSection={null}
          comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
          onChange={(chosen) => chosen !== null && setParameter(name, chosen)}
        />
      );
    case 'integer':
      return (
        <NumberInput
          {...common}
          value={value}
          min={parameter.minimum}
          max={parameter.maximum}
          clampBehavior="none"
          thousandSeparator={false}
          hideControls
          onChange={(typed) => setParameter(name, typed)}
        />
      );
    default:
      return (
        <>
          <TextInput
            {...common}
            value={String(value)}
            placeholder={parameter.kind === 'path' ? pick(parameter.empty) : t('parameter.noLine')}
            spellCheck={false}
            onChange={(event) => setParameter(name, event.currentTarget.value)}
          />
          {parameter.kind === 'path' && <ChooseFile path={String(value)} choose={(path) => setParameter(name, path)} />}
        </>
      );
  }
}
