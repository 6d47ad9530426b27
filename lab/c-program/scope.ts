import type { DescribedMapping } from '../regions/mapping.ts';

/** A region of the C program: how it is shown, and the variable that holds its address. */
export interface Place {
  readonly label: string;
  readonly variable: string;
  readonly pages: number;
  /** Mapped behind them. */
  readonly reservedPages: number;
  /** The variable with its descriptor, where it maps one. */
  readonly fd?: string;
  /** memfd_secret(2), which process_vm_writev(2) does not reach. */
  readonly secret: boolean;
}

/** The regions that the C program has at one point of it, and the names that it has given. */
export class Scope {
  readonly #mapped = new Map<string, Place>();
  readonly #variables = new Set<string>();
  /** For what a region would be called, the number that comes next. */
  readonly #numbers = new Map<string, number>();
  #children = 0;

  /** A region of this label from here on. */
  map(label: string, mapping: DescribedMapping): Place {
    const place = this.placeOf(label, mapping);
    this.#variables.add(place.variable);
    this.#mapped.set(label, place);
    return place;
  }

  /** As `map`, for a region that does not come to be. */
  placeOf(label: string, { pages, reservedPages = 0, file, memory }: DescribedMapping): Place {
    const variable = this.#freeVariable(label);
    const fd = file || memory === 'memfd' || memory === 'secret' ? `${variable}_fd` : undefined;
    return { label, variable, pages, reservedPages, secret: memory === 'secret', ...(fd ? { fd } : {}) };
  }

  /** The label may be used again, the variable may not: they all are of one function. */
  unmap(label: string): Place {
    const place = this.get(label);
    this.#mapped.delete(label);
    return place;
  }

  get(label: string): Place {
    const place = this.#mapped.get(label);
    if (!place) throw new Error(`the log has an operation on region ${label}, which is not mapped there`);
    return place;
  }

  /** The regions that are mapped now. */
  get places(): readonly Place[] {
    return [...this.#mapped.values()];
  }

  fork(): string {
    return `child_${++this.#children}`;
  }

  get children(): readonly string[] {
    return Array.from({ length: this.#children }, (_, index) => `child_${index + 1}`);
  }

  /**
   * The letters that regions have by themselves; a name of the user's gets a prefix, so that it can't be one of
   * the library's.
   */
  #freeVariable(label: string): string {
    const word = label.normalize('NFKD').replaceAll(/[^A-Za-z0-9]+/g, '_');
    const wanted = /^[A-Z]{1,2}$/.test(label) ? label : `region_${word.replaceAll(/^_|_$/g, '')}`;
    let variable = wanted;
    let again = this.#numbers.get(wanted) ?? 2;
    for (; this.#variables.has(variable); again++) variable = `${wanted}_${again}`;
    this.#numbers.set(wanted, Math.max(2, again - 1));
    return variable;
  }
}
