import { z } from 'zod';
import { textSchema } from './text.ts';

/** The groups of the catalogue, in the order of the navigation. */
export const experimentGroups = ['residency', 'locking', 'secrets', 'speculation'] as const;
export const experimentGroupSchema = z.enum(experimentGroups);
export type ExperimentGroup = z.infer<typeof experimentGroupSchema>;

/** Where the engine runs: in the host's main process, or in its own process. */
export const placementSchema = z.enum(['inline', 'isolated']);
export type Placement = z.infer<typeof placementSchema>;

const parameterCommon = {
  name: z.string(),
  title: textSchema,
  description: textSchema,
  /** It matters only while another parameter has one of some values. */
  when: z.object({ parameter: z.string(), is: z.array(z.string()).min(1) }).optional(),
};

/** One parameter of an experiment: enough to draw a form field, a command-line option and a line of documentation. */
export const parameterSchema = z.discriminatedUnion('kind', [
  z.object({
    ...parameterCommon,
    kind: z.literal('integer'),
    minimum: z.int(),
    maximum: z.int(),
    default: z.int(),
    /** What the number counts, for the reader: `pages`, `MiB`, … */
    unit: textSchema.optional(),
  }),
  z.object({
    ...parameterCommon,
    kind: z.literal('choice'),
    choices: z.array(z.object({ value: z.string(), title: textSchema })).min(1),
    default: z.string(),
  }),
  /** A file that the user names. `empty`: what is taken where none is named, `a temporary file`. */
  z.object({ ...parameterCommon, kind: z.literal('path'), default: z.string(), empty: textSchema }),
  /** A line of words that the experiment reads, such as a formula. */
  z.object({ ...parameterCommon, kind: z.literal('line'), default: z.string() }),
]);
export type Parameter = z.infer<typeof parameterSchema>;

/** Parameter values by name, checked against the experiment's declaration where they are received. */
export const parameterValuesSchema = z.record(z.string(), z.union([z.number(), z.string()]));
export type ParameterValues = z.infer<typeof parameterValuesSchema>;

/** An experiment as the catalogue describes it: what a host can say of it without running it. */
export const experimentDescriptorSchema = z.object({
  id: z.string(),
  group: experimentGroupSchema,
  title: textSchema,
  summary: textSchema,
  /**
   * What a run does, in words: `{name}` stands for a parameter, `{name|page|pages}` for a word by its number, and a
   * part in brackets is said only while its parameters matter. Parameters that it does not name follow it.
   */
  sentence: textSchema.optional(),
  placement: placementSchema,
  parameters: z.array(parameterSchema),
  claims: z.array(z.object({ id: z.string(), text: textSchema })),
  available: z.boolean(),
  /** Why it cannot run here, when it is not available. */
  reason: textSchema.optional(),
});
export type ExperimentDescriptor = z.infer<typeof experimentDescriptorSchema>;
