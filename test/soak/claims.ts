import type { Claim } from '../../protocol/events.ts';

type Seen = Pick<Claim, 'status' | 'unit'> & { readonly said: string };

/** What became of each claim, round by round. */
export class Claims {
  readonly #seen = new Map<string, Seen[]>();

  add(experiment: string, { id, status, unit, expected, measured, reason }: Claim): void {
    const name = `${experiment}/${id}`;
    const said = status === 'skipped' ? (reason?.en ?? '') : `expected ${expected}, measured ${measured}`;
    this.#seen.set(name, [...(this.#seen.get(name) ?? []), { status, unit, said }]);
  }

  get count(): number {
    return this.#seen.size;
  }

  /** Those that failed in a round, with how often and how. */
  get failed(): string[] {
    return this.#failed((unit) => unit !== 'times');
  }

  /** The same of ratios of times: the clock tells of the machine too. */
  get failedByClock(): string[] {
    return this.#failed((unit) => unit === 'times');
  }

  #failed(is: (unit: Claim['unit']) => boolean): string[] {
    return [...this.#seen].flatMap(([name, seen]) => {
      const bad = seen.filter(({ status, unit }) => status === 'failed' && is(unit));
      return bad.length === 0 ? [] : [`${name} failed ${bad.length} of ${seen.length} times: ${bad.at(-1)?.said}`];
    });
  }

  /** Those that were skipped in some rounds and held in others. */
  get cameAndWent(): string[] {
    return [...this.#seen].flatMap(([name, seen]) => {
      const skipped = seen.filter(({ status }) => status === 'skipped');
      if (skipped.length === 0 || skipped.length === seen.length) return [];
      return [`${name} was skipped ${skipped.length} of ${seen.length} times: ${skipped.at(-1)?.said}`];
    });
  }
}
