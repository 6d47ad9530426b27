import type { ExperimentDescriptor, Parameter } from '../../../protocol/experiment.ts';
import { useApp, useWords } from '../../context/context.ts';
import { draftValue, type FieldProblem, fieldProblem } from '../../store/parameters.ts';
import classes from './headline.module.css';

export const problemId = (parameter: Parameter): string => `problem-${parameter.name}`;

/** What is wrong with the parameters, each in a sentence that names it, its value and its bounds. */
export function useParameterProblems(experiment: ExperimentDescriptor) {
  const describe = useDescribeProblem();
  const draft = useApp((state) => state.drafts[experiment.id]);
  return experiment.parameters.flatMap((parameter) => {
    const value = draftValue(parameter, draft);
    const problem = fieldProblem(parameter, value);
    return problem ? [{ parameter, sentence: describe(parameter, value, problem) }] : [];
  });
}

export function ParameterProblems({ wrong }: { wrong: ReturnType<typeof useParameterProblems> }) {
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
