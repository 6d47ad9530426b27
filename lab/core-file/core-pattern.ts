/**
 * kernel.core_pattern: the names that Linux gives to core files. core(5); what core(5) leaves open is as in
 * fs/coredump.c of Linux 6.18.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What a core file's name is made of. What is undefined is not known, and any number may stand there. */
export interface CoreNameFacts {
  /** `%p`: in the process's own PID namespace. */
  readonly pid?: number | undefined;
  /** `%P`: in the first PID namespace. */
  readonly globalPid?: number | undefined;
  /** `%i`, `%I`: the thread that the signal ended. */
  readonly threadId?: number | undefined;
  readonly globalThreadId?: number | undefined;
  /** `%u`, `%g`: the real ids, in the first user namespace. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** `%d`: the dumpable flag, PR_GET_DUMPABLE. */
  readonly dumpable?: number | undefined;
  /** `%s`: the signal's number. */
  readonly signal?: number | undefined;
  /** `%h`: as uname(2) has it. */
  readonly hostname: string;
  /** `%e`: the name of the thread, at most 15 bytes. */
  readonly threadName: string;
  /** `%E`, and `%f` without its folders: where /proc/PID/exe leads. */
  readonly executable: string;
  /** `%c`: RLIMIT_CORE's soft limit. */
  readonly coreLimit?: bigint | undefined;
}

/** A piece of a path: text as it is, or null for a number that is not known beforehand. */
type Piece = string | null;

/**
 * The pattern as the kernel uses it: kernel.core_uses_pid adds the pid where the pattern has no `%p`. Not for a pipe.
 */
export function withPid(pattern: string, coreUsesPid: boolean): string {
  const has = specifiers(pattern).some((each) => each === '%p');
  return coreUsesPid && !has ? `${pattern}.%p` : pattern;
}

/** The characters and specifiers of a pattern; a single `%` at its end is dropped. */
function specifiers(pattern: string): string[] {
  return pattern.match(/%.|[^%]/gsu) ?? [];
}

/** The names that a core file may have: one path, or one for each number that is not known. */
export class CoreName {
  readonly #pieces: readonly Piece[];

  private constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }

  static of(pattern: string, facts: CoreNameFacts): CoreName {
    return new CoreName(
      specifiers(pattern).map((each) => (each.startsWith('%') ? expanded(each.slice(1), facts) : each)),
    );
  }

  /** What `toJSON` made; undefined for anything else. */
  static from(json: unknown): CoreName | undefined {
    if (!Array.isArray(json)) return undefined;
    const pieces: unknown[] = json;
    return pieces.every(isPiece) ? new CoreName(pieces) : undefined;
  }

  toJSON(): readonly Piece[] {
    return this.#pieces;
  }

  /** Whether nothing of it is unknown, so that two processes may have the same. */
  get isOne(): boolean {
    return !this.#pieces.includes(null);
  }

  /** Whether the working directory does not matter. */
  get isAbsolute(): boolean {
    return this.#pieces[0]?.startsWith('/') ?? false;
  }

  /** The folder that it lies in, as far as its path is known: `/var/crash` of `/var/crash/core.%t`. */
  get folder(): string {
    const unknown = this.#pieces.indexOf(null);
    const known = this.#pieces.slice(0, unknown < 0 ? undefined : unknown).join('');
    const slash = known.lastIndexOf('/');
    return slash < 0 ? '.' : known.slice(0, slash) || '/';
  }

  /** Files that are there now and have one of the names, by absolute path. */
  matches(workingFolder: string): string[] {
    const components: Piece[][] = [[]];
    for (const piece of this.#pieces) {
      const [first, ...further] = piece?.split('/') ?? [piece];
      components.at(-1)?.push(first ?? null);
      for (const each of further) components.push([each]);
    }
    let found = [this.isAbsolute ? '/' : workingFolder];
    for (const component of components) found = found.flatMap((folder) => entries(folder, component));
    return found;
  }
}

function isPiece(value: unknown): value is Piece {
  return value === null || typeof value === 'string';
}

/**
 * What a folder has under a name, which may have numbers in it that are not known. No name at all is the folder itself,
 * as in a path.
 */
function entries(folder: string, component: readonly Piece[]): string[] {
  const name = component.join('');
  if (!component.includes(null)) return existsSync(join(folder, name)) ? [join(folder, name)] : [];
  const expression = new RegExp(
    `^${component.map((piece) => (piece === null ? '\\d+' : escaped(piece))).join('')}$`,
    'u',
  );
  try {
    return readdirSync(folder)
      .filter((each) => expression.test(each))
      .map((each) => join(folder, each));
  } catch {
    // A folder that is not there, or not ours to list, has nothing that could be found.
    return [];
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');
}

function expanded(specifier: string, facts: CoreNameFacts): Piece {
  switch (specifier) {
    case '%':
      return '%';
    case 'p':
      return number(facts.pid);
    case 'P':
      return number(facts.globalPid);
    case 'i':
      return number(facts.threadId);
    case 'I':
      return number(facts.globalThreadId);
    case 'u':
      return number(facts.uid);
    case 'g':
      return number(facts.gid);
    case 'd':
      return number(facts.dumpable);
    case 's':
      return number(facts.signal);
    case 'c':
      return number(facts.coreLimit);
    // The second of the dump, and the processor that it ran on (Linux 6.7).
    case 't':
    case 'C':
      return null;
    case 'h':
      return component(facts.hostname);
    case 'e':
      return component(facts.threadName);
    case 'f':
      return component(facts.executable.slice(facts.executable.lastIndexOf('/') + 1));
    case 'E':
      return component(facts.executable);
    // Also %F, a descriptor that only a pipe gets (Linux 6.16).
    default:
      return '';
  }
}

function number(value: number | bigint | undefined): Piece {
  return value === undefined ? null : String(value);
}

/**
 * The kernel lets no text lead to another folder: slashes become `!`, and so do a leading dot of `.` and `..`, and
 * nothing at all.
 */
function component(text: string): string {
  if (text === '') return '!';
  return (text === '.' || text === '..' ? `!${text.slice(1)}` : text).replaceAll('/', '!');
}
