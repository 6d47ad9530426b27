import type {
  ExperimentDescriptor,
  ExperimentGroup,
  Parameter,
  ParameterValues,
  Placement,
} from '../../protocol/experiment.ts';
import { problem } from '../../protocol/problem.ts';
import type { Unit } from '../../protocol/quantity.ts';
import type { Text } from '../../protocol/text.ts';
import type { Lab } from './lab.ts';
import { checkValues, type Parameters, type ValuesOf } from './parameters.ts';
import type { Script } from './script.ts';

/** What a claim says, and what its numbers count. */
export type StatedClaim = Text & { readonly unit?: Unit };

/**
 * What an experiment file declares. The catalogue, the window's form, the command line and the docs are made from it.
 */
export interface Declaration<P extends Parameters, C extends string> {
  readonly id: string;
  readonly group: ExperimentGroup;
  readonly title: Text;
  readonly summary: Text;
  /** What a run does, with its parameters as `{name}`: see `experimentDescriptorSchema`. */
  readonly sentence?: Text;
  /** `isolated` for what changes a whole process; `inline` otherwise. */
  readonly placement: Placement;
  readonly parameters: P;
  /** The claims by id, as they are stated before anything was measured. */
  readonly claims: Readonly<Record<C, StatedClaim>>;
  /** Why it cannot run on this machine, or undefined when it can. */
  unavailable?(): Text | undefined;
  /** Why these values do not go together, in a sentence, or undefined when they do. */
  conflict?(values: ValuesOf<P>): Text | undefined;
  /** The most memory that it commits at one time, in bytes: what the budget is asked for. */
  commitsBytes(values: ValuesOf<P>): number;
  /** The most that it maps at one time, in bytes: what every look has to go through. */
  mapsBytes(values: ValuesOf<P>): number;
  run(lab: Lab<C>, values: ValuesOf<P>): Script;
}

/** A declared experiment with its types closed over, so that experiments of all shapes stand in one catalogue. */
export interface Experiment {
  readonly id: string;
  readonly title: Text;
  descriptor(): ExperimentDescriptor;
  /**
   * Checks the values (throws `bad-input`) and the machine (`cannot-run-here`), and gives what a session needs to run
   * it.
   */
  prepare(given: ParameterValues): PreparedExperiment;
}

/** An experiment with values that were checked: what a session needs to run it. */
export interface PreparedExperiment {
  readonly id: string;
  readonly title: Text;
  readonly placement: Placement;
  readonly values: ParameterValues;
  readonly commitsBytes: number;
  readonly mapsBytes: number;
  /** The claims as stated; the texts of those that end up measured. */
  readonly claims: Readonly<Record<string, StatedClaim>>;
  run(lab: Lab<string>): Script;
}

/** Declares an experiment. */
export function experiment<P extends Parameters, C extends string>(declaration: Declaration<P, C>): Experiment {
  const { id, group, title, summary, sentence, placement, parameters, claims } = declaration;
  return {
    id,
    title,
    descriptor() {
      const reason = declaration.unavailable?.();
      return {
        id,
        group,
        title,
        summary,
        ...(sentence && { sentence }),
        placement,
        parameters: Object.entries(parameters).map(([name, parameter]) => describe(name, parameter)),
        claims: Object.entries<StatedClaim>(claims).map(([claim, { en, zh }]) => ({ id: claim, text: { en, zh } })),
        available: reason === undefined,
        ...(reason === undefined ? {} : { reason }),
      };
    },
    prepare(given) {
      const values = checkValues(id, parameters, given);
      const conflict = declaration.conflict?.(values);
      if (conflict) throw problem('bad-input', conflict.en, conflict.zh);
      const reason = declaration.unavailable?.();
      if (reason) {
        throw problem('cannot-run-here', `${id} cannot run here: ${reason.en}`, `${id} 无法在此运行：${reason.zh}`);
      }
      return {
        id,
        title,
        placement,
        values: { ...values },
        commitsBytes: declaration.commitsBytes(values),
        mapsBytes: declaration.mapsBytes(values),
        claims,
        run: (lab) => declaration.run(lab, values),
      };
    },
  };
}

function describe(name: string, parameter: Parameters[string]): Parameter {
  return parameter.kind === 'choice' ? { name, ...parameter, choices: [...parameter.choices] } : { name, ...parameter };
}
