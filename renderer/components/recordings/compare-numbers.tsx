import { Fragment, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { claimAmount } from '../../../protocol/claim-amount.ts';
import type { Comparison } from '../../../protocol/comparison.ts';
import { pageStates } from '../../../protocol/flags.ts';
import { unitOfName } from '../../../protocol/quantity.ts';
import { usePages, usePagesVersion, useWords } from '../../context/context.ts';
import type { Side } from '../../store/compared-sides.ts';
import { currentSession, shownStep } from '../../store/store.ts';
import classes from './compare.module.css';
import { type CountsAt, countsAt } from './counts-at.ts';

interface Row {
  readonly id: string;
  readonly name: ReactNode;
  readonly a: string;
  readonly b: string;
  /** B by A, where both are numbers. */
  readonly ratio?: string | undefined;
  readonly differs: boolean;
  /** Sentences below it, over all columns. */
  readonly notes?: readonly string[];
}

interface Props {
  readonly sides: readonly [Side, Side];
  readonly comparison: Comparison | undefined;
}

/** What the two have in numbers, A on the left and B on the right; what is the same in both stands below, paler. */
export function CompareNumbers({ sides, comparison }: Props) {
  const { t } = useWords();
  const now = useNow(sides);
  const ends = useEnds(comparison);
  const [a, b] = [useInstantText(sides[0]), useInstantText(sides[1])];
  const groups = [
    { title: t('recordings.compare.now'), rows: now, note: { a, b } },
    { title: t('recordings.compare.measurements'), rows: ends.measurements },
    { title: t('recordings.compare.claims'), rows: ends.claims },
    { title: t('recordings.compare.environment'), rows: ends.environment },
  ];
  const alike = groups.flatMap(({ rows }) => rows.filter(({ differs }) => !differs));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keys scroll it
    <section className={classes.numbers} aria-label={t('recordings.compare.numbers')} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">A</th>
            <th scope="col">{t('recordings.compare.name')}</th>
            <th scope="col">B</th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ title, rows, note }) => (
            <Fragment key={title}>
              {(note || rows.some(({ differs }) => differs)) && <Title title={title} {...note} />}
              {rows.flatMap((row) => (row.differs ? [<Cells key={row.id} row={row} />] : []))}
            </Fragment>
          ))}
          {comparison?.environment.length === 0 && <Title title={t('recordings.compare.sameMachine')} />}
          {alike.length > 0 && <Title title={t('recordings.compare.alike')} />}
          {alike.map((row) => (
            <Cells key={row.id} row={row} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Title({ title, a, b }: { title: string; a?: string; b?: string }) {
  return (
    <tr className={classes.group}>
      <td>{a}</td>
      <th scope="row">{title}</th>
      <td>{b}</td>
    </tr>
  );
}

function Cells({ row: { name, a, b, ratio, differs, notes = [] } }: { row: Row }) {
  return (
    <>
      <tr data-differs={differs || undefined} data-noted={notes.length > 0 || undefined}>
        <td>{a}</td>
        <th scope="row">
          {name}
          {ratio !== undefined && <span className={classes.ratio}>{ratio}</span>}
        </th>
        <td>{b}</td>
      </tr>
      {notes.length > 0 && (
        <tr className={classes.notes}>
          <td colSpan={3}>{notes.join(' ')}</td>
        </tr>
      )}
    </>
  );
}

/** `step 5`, or the end: where the playhead of a side is. */
function useInstantText({ store }: Side): string {
  const { t } = useWords();
  const step = useStore(store, shownStep);
  return step ? t('recordings.compare.atStep', { step: step.index + 1 }) : t('recordings.compare.atEnd');
}

function useCounts({ store }: Side): CountsAt | undefined {
  usePagesVersion();
  const pages = usePages();
  const session = useStore(store, (state) => currentSession(state, 'recordings'));
  const instant = useStore(store, (state) => state.instant);
  return session && countsAt(session, pages, instant);
}

/** Pages by state and the process, at the instants that are shown. */
function useNow([one, other]: readonly [Side, Side]): readonly Row[] {
  const { t, format } = useWords();
  const [a, b] = [useCounts(one), useCounts(other)];
  if (!a || !b) return [];
  const states = pageStates.filter((state) => a.states[state] > 0 || b.states[state] > 0);
  const bytes = (value: number | undefined): string => (value === undefined ? '' : format.bytes(value));
  return [
    ...states.map((state) => ({
      id: state,
      name: t(`pageState.${state}`),
      a: format.number(a.states[state]),
      b: format.number(b.states[state]),
      differs: a.states[state] !== b.states[state],
    })),
    { id: 'VmLck', name: 'VmLck', a: bytes(a.vmLck), b: bytes(b.vmLck), differs: a.vmLck !== b.vmLck },
  ];
}

/** What the engine compared: both as they ended. */
function useEnds(
  comparison: Comparison | undefined,
): Readonly<Record<'measurements' | 'claims' | 'environment', Row[]>> {
  const { t, format, language } = useWords();
  if (!comparison) return { measurements: [], claims: [], environment: [] };
  const { measurements, claims, environment } = comparison;
  const claimText = (claim: Comparison['claims'][number]['a']): string => {
    if (!claim) return t('recordings.compare.absent');
    const status = t(`claims.${claim.status}`);
    if (claim.status === 'skipped') return status;
    return t('recordings.compare.claim', { status, value: claimAmount(claim.measured, claim, language) });
  };
  const reasons = ({ a, b }: Comparison['claims'][number]): string[] => {
    const [one, other] = [a, b].map((claim) => (claim?.status === 'skipped' ? claim.reason : undefined));
    if (one === other) return one ? [one] : [];
    return [...(one ? [`A: ${one}`] : []), ...(other ? [`B: ${other}`] : [])];
  };
  return {
    measurements: measurements.map(({ name, a, b, ratio }) => ({
      id: name,
      name: <code>{name}</code>,
      a: format.quantity(a, unitOfName(name)),
      b: format.quantity(b, unitOfName(name)),
      ratio: ratio === null ? undefined : t('recordings.compare.ratio', { ratio: format.number(rounded(ratio)) }),
      differs: a !== b,
    })),
    claims: claims.map(({ id, text, a, b }) => ({
      id,
      name: text,
      notes: reasons({ id, text, a, b }),
      a: claimText(a),
      b: claimText(b),
      differs: a?.status !== b?.status || a?.measured !== b?.measured,
    })),
    environment: environment.map(({ name, a, b }) => ({ id: name, name, a, b, differs: true })),
  };
}

/** Three digits are enough to compare by. */
const rounded = (ratio: number): number => Number(ratio.toPrecision(3));
