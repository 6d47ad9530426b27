import type { Sample } from '../../protocol/events.ts';
import type { Snapshot } from '../../protocol/frame-stream.ts';
import type { ProcessOperation } from '../../protocol/operation.ts';
import type { Text } from '../../protocol/text.ts';
import type { Clock } from '../base/clock.ts';
import type { CallRecord } from '../operations/call-record.ts';
import type { LoggedOperation } from '../operations/logged-operation.ts';
import { mapRegion } from '../operations/map-region.ts';
import { performNow } from '../operations/perform.ts';
import { performOnProcess } from '../operations/process-operations.ts';
import { lookOf } from '../regions/look.ts';
import type { Mapping } from '../regions/mapping.ts';
import { betweenSteps, Observer } from '../regions/observer.ts';
import type { Region } from '../regions/region.ts';
import { labelOf, type RegionSet } from './region-set.ts';
import { ownStatus, takeSample } from './sampler.ts';
import type { Turn } from './steps.ts';

/** A step that was taken and not told yet. */
export interface Taken {
  readonly title: Text;
  readonly record: CallRecord;
  readonly entry: LoggedOperation;
  /** The region that it mapped. */
  readonly region?: Region;
  /** What was seen right after it, where it is told later. */
  readonly sample?: Sample;
  readonly seen?: { readonly region: number; readonly snapshot: Snapshot }[];
}

/** Maps memory, and adds the region to the session's. */
export function takeMap(title: Text, mapping: Mapping, regions: RegionSet, clock: Clock): Taken {
  const id = regions.nextId;
  const label = labelOf(id);
  const { record, region } = mapRegion(id, label, mapping, clock);
  if (region) regions.add(region);
  const entry = { kind: 'map', title, label, mapping } as const;
  if (!region) return { title, record, entry: { ...entry, refused: true } };
  return { title, record, entry: { ...entry, named: region }, region };
}

/** Performs an operation on the whole process. */
export function takeOnProcess(title: Text, operation: ProcessOperation, clock: Clock): Taken {
  const record = performOnProcess(operation, clock);
  return { title, record, entry: { kind: 'process', title, operation, refused: record.errno !== null } };
}

/** The record of a call whose refusal, where it is this one, is what the experiment set out to show. */
export function asExpected(record: CallRecord, expects: string | undefined): CallRecord {
  return record.errno !== null && record.errno === expects ? { ...record, expected: true } : record;
}

/** A turn whose steps are put into `taken`, in order; the first of them will have the index `first`. */
export function turnOf(taken: Taken[], first: number, regions: RegionSet, clock: Clock): Turn {
  const keep = (each: Taken): Taken => {
    const sample = takeSample(clock);
    taken.push({ ...each, ...(sample ? { sample } : {}), seen: [] });
    return each;
  };
  const stepOf = ({ title, record }: Taken) => ({ index: first + taken.length - 1, title, ...record });
  return {
    map: (title, mapping, expects) => {
      const taken = takeMap(title, mapping, regions, clock);
      const mapped = keep({ ...taken, record: asExpected(taken.record, expects) });
      return { step: stepOf(mapped), ...(mapped.region ? { region: mapped.region } : {}) };
    },
    perform: (title, region, operation) => {
      const record = performNow(operation, region, clock);
      const refused = record.errno !== null;
      return stepOf(
        keep({ title, record, entry: { kind: 'operation', title, label: region.label, operation, refused } }),
      );
    },
    onProcess: (title, operation) => stepOf(keep(takeOnProcess(title, operation, clock))),
    look: (title, region) => {
      const operation = { kind: 'mincore', range: { firstPage: 0, pageCount: region.pages } } as const;
      const record = performNow(operation, region, clock);
      keep({ title, record, entry: { kind: 'operation', title, label: region.label, operation } });
      const observer = new Observer(region);
      const snapshot = observer.look(clock, betweenSteps);
      taken.at(-1)?.seen?.push({ region: region.id, snapshot });
      return lookOf(snapshot, observer.unknown, region.info().kind);
    },
    status: ownStatus,
  };
}
