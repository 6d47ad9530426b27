import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockingFacts } from '../../../lab/limits/locking-facts.ts';
import type { Text } from '../../../protocol/text.ts';
import { entryOf } from '../../support/entries.ts';
import { type Refused, RefusedCalls } from '../../support/refused-calls.ts';
import { nobody } from '../../support/users.ts';

/** One refusal, as limits-child.ts tells it. */
interface Told {
  readonly call: string;
  readonly pages: number;
  readonly errno: string | null;
  readonly text?: Text;
  readonly fix?: string;
}

const child = entryOf('limits-child');
const run = promisify(execFile);
const isRoot = process.geteuid?.() === 0;
const kib = 1024;
const locks = ['mlock', 'mlock2'];
const filterable = ['mlock', 'munlock', 'mlock2', 'mincore', 'msync', 'process_vm_readv', 'process_vm_writev'] as const;
const limits = [0, 64 * kib, 8 * 1024 * kib];
const errnos = ['EPERM', 'EACCES', 'ENOSYS', 'EINVAL', 'ENOMEM', 'EAGAIN'] as const;

let filter: RefusedCalls;
beforeAll(() => {
  filter = new RefusedCalls();
});
afterAll(() => filter[Symbol.dispose]());

async function refusals(limit: number, privileged: boolean, refused: readonly Refused[]): Promise<Told[]> {
  const user = privileged || !isRoot ? [] : nobody;
  const through = refused.length > 0 ? filter.prefix(...refused) : [];
  const words = [`--memlock=${limit}`, ...user, ...through, process.execPath, child, 'refusals'];
  const { stdout } = await run('prlimit', words, { env: { ...process.env, HOME: tmpdir() } });
  return JSON.parse(stdout);
}

/** The explanations that say more than was measured, by the surroundings that they were made in. */
function unfounded(told: readonly Told[], limit: number, privileged: boolean, errno: string | undefined): string[] {
  return told.flatMap(({ call, pages, text, fix }) => {
    if (!text) return [];
    const { en, zh } = text;
    const over = pages * 4 * kib > limit && !privileged;
    const wrong = [
      /RLIMIT_MEMLOCK is 0/.test(en) && (limit !== 0 || privileged),
      /CAP_IPC_LOCK is missing/.test(en) && privileged,
      /over the soft limit RLIMIT_MEMLOCK/.test(en) && !over,
      /filter/.test(en) !== /过滤器/.test(zh),
      /filter/.test(en) && errno === undefined,
      /Nothing is mapped|can't be brought in|vm\.max_map_count\), and/.test(en),
      (fix === 'call-filter') !== /filter/.test(en),
    ];
    return wrong.some(Boolean) ? [`${call} of ${pages} pages: ${en} (${fix})`] : [];
  });
}

describe.each([true, false])('with CAP_IPC_LOCK that counts: %s', (privileged) => {
  it.for(limits)('a refusal at a limit of %i bytes is explained by what was measured alone', async (limit, context) => {
    if (privileged && !lockingFacts().ipcLock.counts) context.skip('these tests run without CAP_IPC_LOCK');
    const plain = await refusals(limit, privileged, []);
    expect(unfounded(plain, limit, privileged, undefined)).toEqual([]);
    // Each of its refusals is the limit's, and is explained.
    expect(plain.filter(({ errno, text }) => errno !== null && !text)).toEqual([]);
    expect(plain.some(({ errno }) => errno !== null)).toBe(!privileged && limit < 128 * kib);

    for (const errno of errnos) {
      const told = await refusals(
        limit,
        privileged,
        filterable.map((call) => `${call}=${errno}` as const),
      );
      expect(unfounded(told, limit, privileged, errno)).toEqual([]);
      if (errno !== 'EPERM') continue;
      const blamed = told.filter(({ text }) => text && /A filter forbids/.test(text.en)).map(({ call }) => call);
      const telling = limit === 0 && !privileged ? filterable.filter((call) => !locks.includes(call)) : filterable;
      expect([...new Set(blamed)].sort()).toEqual([...telling].sort());
    }
  });
});
