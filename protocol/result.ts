import { z } from 'zod';
import { pageStates } from './flags.ts';
import { type Unit, units } from './quantity.ts';
import { textSchema } from './text.ts';

/** A measured number of a figure; null where it could not be measured. */
const amountSchema = z.number().nullable();
const unitSchema = z.enum(units);

/** What a bar or a part of a strip is: pages of a state take its colour; `refused` is what was not given. */
export const toneSchema = z.enum(['plain', 'absent', 'resident', 'zero', 'locked', 'swapped', 'huge', 'refused']);
export type Tone = z.infer<typeof toneSchema>;

const runsSchema = z.array(z.tuple([z.int().nonnegative(), z.int().positive(), z.int().min(0).max(255)]));

/** A whole histogram: the largest amount of each bucket that has any, rising, and how many it has. */
const bucketsSchema = z.array(z.tuple([z.number(), z.int().positive()])).optional();
export type Buckets = NonNullable<z.infer<typeof bucketsSchema>>;

/** What every figure has; `L` is a text: of both languages in the window, of one in a report. */
const figuresOf = <L extends z.ZodType>(label: L) =>
  z.discriminatedUnion('kind', [
    /** Amounts beside each other. */
    z.object({
      kind: z.literal('bars'),
      title: label,
      unit: unitSchema,
      bars: z.array(
        z.object({
          label,
          value: amountSchema,
          note: label.optional(),
          tone: toneSchema.optional(),
          /** Of the amounts that the note has percentiles of, in ns. */
          buckets: bucketsSchema,
        }),
      ),
      limit: z.object({ label, value: z.number() }).optional(),
    }),
    /** How often which amount was measured: `from` ≤ amount < `to`, rising, with a logarithmic axis. */
    z.object({
      kind: z.literal('histogram'),
      title: label,
      unit: unitSchema,
      buckets: z.array(z.object({ from: z.number(), to: z.number(), count: z.int().nonnegative() })),
    }),
    /** The amount that a share of all measurements does not exceed: `[percentile, amount]`, rising; log axes. */
    z.object({
      kind: z.literal('percentiles'),
      title: label,
      unit: unitSchema,
      series: z.array(
        z.object({
          label,
          count: z.int().nonnegative(),
          points: z.array(z.tuple([z.number(), z.number()])),
          buckets: bucketsSchema,
        }),
      ),
    }),
    /** One amount over another; `stepped` holds its amount until the next point. A null is a gap. */
    z.object({
      kind: z.literal('lines'),
      title: label,
      x: z.object({ label, unit: unitSchema }),
      y: z.object({ label, unit: unitSchema }),
      series: z.array(
        z.object({ label, stepped: z.boolean().optional(), points: z.array(z.tuple([z.number(), amountSchema])) }),
      ),
      /** Shades what each series has above y = x: the slack of a capacity. */
      slack: z.boolean().optional(),
    }),
    /**
     * Wholes and what they are made of, one scale for all, or for each its own; `marks` stand at an amount.
     */
    z.object({
      kind: z.literal('strips'),
      title: label,
      unit: unitSchema,
      ownScales: z.boolean().optional(),
      /** One strip that stands: a tank with its mark as the rim, and what was refused above it. */
      upright: z.boolean().optional(),
      strips: z.array(
        z.object({
          label,
          parts: z.array(z.object({ label, amount: z.number().nonnegative(), tone: toneSchema })),
          marks: z.array(z.object({ label, at: z.number().nonnegative() })).optional(),
        }),
      ),
    }),
    /** Small page grids beside each other, each as it was looked at; `unknown` is the sum of bits nobody could tell. */
    z.object({
      kind: z.literal('pages'),
      title: label,
      grids: z.array(
        z.object({
          label,
          note: label.optional(),
          pages: z.int().positive(),
          unknown: z.int().optional(),
          runs: runsSchema,
          /** Of two processes that share pages: those that this one has alone. */
          alone: z.array(z.int().nonnegative()).optional(),
        }),
      ),
    }),
  ]);

export const figureSchema = figuresOf(textSchema);
export type Figure = z.infer<typeof figureSchema>;

type FigureOf<L> = z.infer<ReturnType<typeof figuresOf<z.ZodType<L>>>>;

interface Bucket<L> {
  /** Of a figure that has several histograms. */
  readonly series?: L;
  readonly from?: number;
  readonly to: number;
  readonly count: number;
  readonly unit: Unit;
}

/** All buckets of the histograms that a figure has; none of a figure that has no histogram. */
export function bucketsOf<L>(figure: FigureOf<L>): Bucket<L>[] {
  if (figure.kind === 'histogram') return figure.buckets.map((bucket) => ({ ...bucket, unit: figure.unit }));
  if (figure.kind !== 'percentiles' && figure.kind !== 'bars') return [];
  const [all, unit] = figure.kind === 'bars' ? ([figure.bars, 'ns'] as const) : ([figure.series, figure.unit] as const);
  return all.flatMap(({ label, buckets = [] }) => buckets.map(([to, count]) => ({ series: label, to, count, unit })));
}

/** A measured number in the result's sentence, the step that showed it, and the state of the pages that it counts. */
export const resultValueSchema = z.object({
  value: z.union([z.number(), z.string()]).nullable(),
  unit: unitSchema,
  step: z.int().nonnegative().optional(),
  state: z.enum(pageStates).optional(),
});
export type ResultValue = z.infer<typeof resultValueSchema>;

/**
 * What a run found out: one sentence, in which `{name}` stands for a value, one figure made for the question, and the
 * step at which the picture of the pages tells the story, where that is not the end.
 */
export const resultSchema = z.object({
  text: textSchema,
  values: z.record(z.string(), resultValueSchema),
  figure: figureSchema,
  keyStep: z.int().nonnegative().optional(),
});
export type Result = z.infer<typeof resultSchema>;

/** The same as a report has it: the sentence is whole, and in one language. */
export const reportedResultSchema = z.object({
  text: z.string(),
  values: resultSchema.shape.values,
  figure: figuresOf(z.string()),
  keyStep: z.int().nonnegative().optional(),
});
export type ReportedResult = z.infer<typeof reportedResultSchema>;
export type ReportedFigure = ReportedResult['figure'];
