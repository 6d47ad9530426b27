import type { Figure, Result, ResultValue } from '../../../protocol/result.ts';
import type { Text } from '../../../protocol/text.ts';

/** One way to have pages ready, and what a later touch still cost. Null where it was refused. */
export interface Readied {
  readonly way: 'touchLoop' | 'mapPopulate' | 'populateWrite' | 'populateRead' | 'mlock';
  readonly name: Text;
  readonly perPageNs: number | null;
  readonly laterFaults: number | null;
  /** What had them ready, and the touch after that, where there was one. */
  readonly step: number;
  readonly laterStep?: number;
}

export function prefaultResult(ways: readonly Readied[]): Result {
  const values: Record<string, ResultValue> = {};
  for (const { way, perPageNs, step } of ways) values[way] = { value: perPageNs, unit: 'ns-per-page', step };
  const read = ways.find(({ way }) => way === 'populateRead');
  const laterStep = read?.laterStep;
  values.left = {
    value: read?.laterFaults ?? null,
    unit: 'faults',
    ...(laterStep !== undefined && { step: laterStep }),
  };
  return {
    text: {
      en: 'Pages were ready after {touchLoop} with a loop, {mapPopulate} with MAP_POPULATE, {populateWrite} with MADV_POPULATE_WRITE, {mlock} with mlock. MADV_POPULATE_READ took {populateRead} and left {left} for the first writes.',
      zh: '使页就绪：循环写 {touchLoop}，MAP_POPULATE {mapPopulate}，MADV_POPULATE_WRITE {populateWrite}，mlock {mlock}。MADV_POPULATE_READ {populateRead}，但首次写时仍有 {left}。',
    },
    values,
    figure: {
      kind: 'bars',
      title: {
        en: 'Time for a page to be ready, and faults of a later write',
        zh: '每页就绪所用的时间，以及之后写入的缺页',
      },
      unit: 'ns',
      bars: ways.map(barOf),
    },
  };
}

function barOf({ name, perPageNs, laterFaults }: Readied): Extract<Figure, { kind: 'bars' }>['bars'][number] {
  const note = { en: `${laterFaults} faults later`, zh: `之后缺页 ${laterFaults} 次` };
  return { label: name, value: perPageNs, ...(laterFaults !== null && { note }) };
}
