import type { Said } from './boot.ts';

/** What a machine is, by its own behaviour and settings: never by its kernel's version, since fixes are backported. */
export interface Facts {
  readonly features: Readonly<Record<string, { readonly state: string }>>;
  readonly thp: string;
  readonly pageSize: number;
  readonly swapTotal: number;
  readonly memAvailable: number;
  /** Whether qemu plays the processor: time is not what it is elsewhere. */
  readonly emulated: boolean;
}

/** One row of `conformance`, or one claim of a run. */
interface Row {
  readonly id?: string;
  readonly status: 'held' | 'failed' | 'skipped';
  readonly reason?: string;
  readonly rule?: string;
  readonly text?: string;
  readonly expected?: unknown;
  readonly measured?: unknown;
}

/** Why a rule or a claim may be skipped, and where that reason is a good one. */
interface Excuse {
  readonly reason: RegExp;
  readonly holds: (facts: Facts, user: string) => boolean;
}

const lacks = (feature: string) => (facts: Facts) => facts.features[feature]?.state !== 'available';
const GiB = 2 ** 30;

const excuses: readonly Excuse[] = [
  { reason: /memfd_secret (?:needs|is missing|answered ENOSYS)/, holds: lacks('memfd_secret') },
  { reason: /counts secret pages when they are (?:mapped|touched)/, holds: () => true },
  { reason: /MADV_POPULATE_(?:READ|WRITE)/, holds: lacks('madv-populate') },
  { reason: /MADV_GUARD_/, holds: lacks('guard-install') },
  { reason: /PAGEMAP_SCAN/, holds: lacks('pagemap-scan') },
  { reason: /no cachestat/, holds: lacks('cachestat') },
  // A kernel that has a newer feature has the older ones.
  { reason: /does not know MADV_(?:DONTNEED_LOCKED|COLLAPSE)/, holds: lacks('cachestat') },
  { reason: /^Only root can check this/, holds: (_, user) => user !== 'root' },
  { reason: /RLIMIT_MEMLOCK is 8388608 bytes here/, holds: (_, user) => user !== 'root' },
  { reason: /may take 2 GiB, and there are fewer/, holds: ({ memAvailable }) => memAvailable < 2 * GiB },
  { reason: /no swap/, holds: ({ swapTotal }) => swapTotal === 0 },
  { reason: /This machine has swap/, holds: ({ swapTotal }) => swapTotal > 0 },
  // Huge pages of the kernels with pages of 16 KiB have 32 MiB.
  { reason: /^32 MiB can't be locked here/, holds: ({ pageSize }, user) => pageSize > 4096 && user !== 'root' },
  { reason: /huge/, holds: ({ thp }) => thp === 'never' },
  // The guest has no gdb.
  { reason: /gcore|gdb/, holds: () => true },
  // A claim about a comparison that this run did not come to make.
  { reason: /too noisy|did not answer within 10 s/, holds: ({ emulated }) => emulated },
  { reason: /in this run malloc did not give all of each burst back/, holds: () => true },
];

/**
 * Claims about the times of threads beside each other. In emulation they may not hold: the guest does not see that its
 * processors wait for each other.
 */
const timed = ['tcache-faster', 'arenas-faster', 'waits'];

/** Why a run may be refused before it begins, with its status, and where. */
const refusals: readonly (Excuse & { readonly status: number })[] = [
  // The budget is a quarter of the memory that is available.
  {
    status: 2,
    reason: /would commit .+, and the memory budget is/,
    holds: ({ memAvailable }) => memAvailable < 3 * GiB,
  },
  { status: 3, reason: /transparent huge pages are turned off/, holds: ({ thp }) => thp === 'never' },
];

function json<T>(text: string): T | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns the machine as the command's own doctor saw it */
export function factsOf(said: ReadonlyMap<string, Said>, emulated: boolean): Facts {
  const doctor = json<{ environment: Facts }>(said.get('root-doctor')?.stdout ?? '');
  if (doctor === undefined) throw new Error(`doctor did not run: ${said.get('root-doctor')?.stderr}`);
  return { ...doctor.environment, emulated };
}

/** What conformance or a run answered: its rows, or undefined where it answered nothing. */
export function rowsOf({ stdout }: Said): readonly Row[] | undefined {
  const answer = json<{ rows?: readonly Row[]; claims?: readonly Row[] }>(stdout);
  return answer?.rows ?? answer?.claims;
}

/** What is not as it has to be on a machine like this: one line each. */
export function unexpected(said: ReadonlyMap<string, Said>, facts: Facts): string[] {
  return [...said].flatMap(([name, each]) => {
    const [user = ''] = name.split('-');
    if (name.endsWith('-doctor')) return each.status === 0 ? [] : [`${name}: status ${each.status}: ${each.stderr}`];
    const rows = rowsOf(each);
    if (rows === undefined) {
      const refused = refusals.some(
        ({ status, reason, holds }) => each.status === status && reason.test(each.stderr) && holds(facts, user),
      );
      return refused ? [] : [`${name}: status ${each.status}: ${each.stderr}`];
    }
    const odd = rows.filter(({ id = '', status, reason = '' }) => {
      if (status === 'held') return false;
      if (status === 'failed') return !(facts.emulated && timed.includes(id));
      return !excuses.some((excuse) => excuse.reason.test(reason) && excuse.holds(facts, user));
    });
    const measured = ({ expected, measured }: Row) =>
      expected === undefined ? '' : `: expected ${JSON.stringify(expected)}, measured ${JSON.stringify(measured)}`;
    const told = odd.map(
      (row) => `${name}: ${row.status}: ${row.rule ?? row.text}${measured(row)} ${row.reason ?? ''}`,
    );
    const ended = [0, 5].includes(each.status) || rows.some(({ status }) => status === 'failed');
    return ended ? told : [...told, `${name}: status ${each.status}: ${each.stderr}`];
  });
}

/** Held, failed and skipped, of conformance or of all runs. */
export function counts(said: ReadonlyMap<string, Said>, which: (name: string) => boolean): string {
  const rows = [...said].flatMap(([name, each]) => (which(name) ? (rowsOf(each) ?? []) : []));
  return (['held', 'failed', 'skipped'] as const)
    .map((status) => rows.filter((row) => row.status === status).length)
    .join(' / ');
}
