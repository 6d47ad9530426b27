import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pagescope } from '../support/pagescope.ts';

const schema = z.strictObject({
  rows: z.array(
    z.strictObject({
      call: z.string(),
      rule: z.string(),
      source: z.string(),
      as: z.enum(['root', 'user']),
      status: z.enum(['held', 'failed', 'skipped']),
      reason: z.string().optional(),
    }),
  ),
});

describe('pagescope conformance', () => {
  it('prints every rule of the calls that were named as JSON, and exits 0 when none failed', async () => {
    const { stdout, stderr, status } = await pagescope(['conformance', 'mlock2', 'munmap', '--json']);
    const { rows } = schema.parse(JSON.parse(stdout));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect([...new Set(rows.map(({ call }) => call))].sort()).toEqual(['mlock2', 'munmap']);
    for (const row of rows) expect(row.reason === undefined, row.reason).toBe(row.status === 'held');
    expect(rows.filter(({ as }) => as === 'user').length).toBeGreaterThan(0);
  });

  it('checks a rule that needs a second process from the built command too', async () => {
    const { stdout } = await pagescope(['conformance', 'mincore', '--json']);
    const shared = schema
      .parse(JSON.parse(stdout))
      .rows.find(({ rule }) => rule.startsWith("another process's locked"));
    expect(shared?.status, shared?.reason).toBe('held');
  });

  it('draws the rules and counts them for each call', async () => {
    const { stdout } = await pagescope(['conformance', 'munmap']);
    expect(stdout).toMatch(
      /^munmap\n(?:✓ .*\n)+\ncall +rows +held +failed +skipped\nmunmap +4 +4 +0 +0\ntotal +4 +4 +0 +0\n$/,
    );
  });

  it('says the rules and the counts in the language that was asked for, as JSON too', async () => {
    const { stdout: drawn } = await pagescope(['conformance', 'munmap', '--lang', 'zh']);
    expect(drawn).toContain('不成立');
    const { stdout } = await pagescope(['conformance', 'munmap', '--lang', 'zh', '--json']);
    const { rows } = schema.parse(JSON.parse(stdout));
    expect(rows.map(({ rule }) => rule)).toContain('长度为 0 返回 EINVAL');
    for (const { rule } of rows) expect(drawn).toContain(rule);
  });

  it('refuses a call without rules, and names those with some', async () => {
    const { stderr, status } = await pagescope(['conformance', 'fsync']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^There are no rules of "fsync"; there are those of mmap, .*\.\n$/);
  });
});
