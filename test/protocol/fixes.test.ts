import { describe, expect, it } from 'vitest';
import { fixSchema } from '../../protocol/fixes/fix.ts';
import { fixIds } from '../../protocol/fixes/fix-ids.ts';
import { fixesFor, proposedLimit } from '../../protocol/fixes/fixes-for.ts';
import type { SurroundingsKind } from '../../protocol/limits.ts';
import { surroundingsKindSchema } from '../../protocol/limits.ts';

const mib = 1024 ** 2;
const setup = (kind: SurroundingsKind, unit?: string) => ({
  memlock: { soft: 8 * mib, hard: 8 * mib },
  vmLckBytes: 0,
  surroundings: { kind, evidence: [], ...(unit ? { unit } : {}) },
});
const text = (kind: SurroundingsKind, id: string, wanted: number | 'unlimited', unit?: string) =>
  fixesFor(setup(kind, unit), wanted)
    .filter((fix) => fix.id === id)
    .flatMap(({ snippets }) => snippets.map((snippet) => snippet.text))
    .join('\n');

describe('the fixes', () => {
  it.each(surroundingsKindSchema.options)('of %s are all there, once, those for it first', (kind) => {
    const fixes = fixesFor(setup(kind));
    for (const fix of fixes) fixSchema.parse(fix);
    expect(fixes.map(({ id }) => id).sort()).toEqual([...fixIds].sort());
    const applies = fixes.map((fix) => fix.applies);
    expect(applies[0]).toBe('here');
    expect(applies.lastIndexOf('here')).toBeLessThan(applies.indexOf('elsewhere'));
  });

  it('say everything in both languages', () => {
    for (const fix of fixesFor(setup('plain'))) {
      const texts = [fix.title, fix.changes, ...fix.notes, ...fix.snippets.map(({ label }) => label), fix.check.how];
      for (const { en, zh } of texts) expect([en.length > 0, zh.length > 0]).toEqual([true, true]);
      expect([fix.changes, ...fix.notes].every(({ zh }) => /[\u4e00-\u9fff]/.test(zh))).toBe(true);
    }
  });

  it('write the wanted limit in the unit of each place', () => {
    expect(text('plain', 'ulimit', 64 * mib)).toContain('ulimit -S -l 65536');
    expect(text('plain', 'limits-conf', 64 * mib)).toContain('memlock  65536');
    expect(text('systemd-service', 'systemd-service', 64 * mib)).toContain('LimitMEMLOCK=64M');
    expect(text('systemd-service', 'systemd-service', 68 * 1024)).toContain('LimitMEMLOCK=68K');
    expect(text('docker', 'docker', 64 * mib)).toContain('--ulimit memlock=67108864:67108864');
    expect(text('lxc', 'lxc', 64 * mib)).toContain('lxc.prlimit.memlock = 67108864');
  });

  it('write no limit as each place has it', () => {
    expect(text('plain', 'ulimit', 'unlimited')).toContain('--memlock=unlimited:unlimited');
    expect(text('systemd-service', 'systemd-service', 'unlimited')).toContain('LimitMEMLOCK=infinity');
    expect(text('docker', 'docker', 'unlimited')).toContain('--ulimit memlock=-1:-1');
  });

  it.each([64 * mib, 'unlimited'] as const)('set the soft and the hard limit, both to what is wanted: %s', (wanted) => {
    const bytes = wanted === 'unlimited' ? -1 : wanted;
    const snippets = (kind: SurroundingsKind, id: string) =>
      fixesFor(setup(kind), wanted).find((fix) => fix.id === id)?.snippets ?? [];
    const named = (kind: SurroundingsKind, id: string, name: string) =>
      snippets(kind, id).find(({ label }) => label.en.includes(name))?.text ?? '';

    const daemon = JSON.parse(named('docker', 'docker', 'daemon.json'));
    expect(daemon['default-ulimits'].memlock).toEqual({ Name: 'memlock', Soft: bytes, Hard: bytes });
    const oci = named('container', 'oci', 'config.json').replace(/18446744073709551615/g, '-1');
    expect(JSON.parse(`{${oci}}`).rlimits).toEqual([{ type: 'RLIMIT_MEMLOCK', soft: bytes, hard: bytes }]);
    expect(named('docker', 'docker', 'Compose')).toMatch(new RegExp(`soft: ${bytes}\\n +hard: ${bytes}\\n`));
    const pair = `memlock=${bytes}:${bytes}`;
    expect(named('docker', 'docker', 'docker run')).toContain(`--ulimit ${pair} `);
    expect(named('podman', 'podman', 'podman run')).toContain(`--ulimit ${pair} `);
    expect(named('podman', 'podman', 'Quadlet')).toContain(`Ulimit=${pair}\n`);
    expect(named('kubernetes', 'kubernetes', 'CRI-O')).toContain(`"${pair}"`);
    // Nowhere is one of them a limit that nobody asked for.
    const all = fixesFor(setup('plain'), wanted).flatMap((fix) => fix.snippets.map((snippet) => snippet.text));
    expect(all.filter((text) => /(?:soft|hard|memlock)["']?\s*[:=]\s*(?:"?0\b|\d+:0\b)/i.test(text))).toEqual([]);
  });

  it('name the unit that was found, and only there', () => {
    expect(text('systemd-service', 'systemd-service', mib, 'vault.service')).toContain('restart vault.service');
    expect(text('docker', 'systemd-service', mib, 'vault.service')).toContain('restart NAME.service');
  });

  it('offer the soft limit first where the hard limit has room', () => {
    const roomy = { ...setup('login-session'), memlock: { soft: mib, hard: 'unlimited' as const } };
    expect(fixesFor(roomy, 2 * mib)[0]?.id).toBe('ulimit');
    expect(fixesFor(setup('login-session'), 16 * mib)[0]?.id).toBe('limits-conf');
  });

  it('never propose less than there is', () => {
    expect(proposedLimit(setup('plain'))).toBe(64 * mib);
    expect(proposedLimit({ ...setup('plain'), memlock: { soft: 512 * mib, hard: 'unlimited' } })).toBe(1024 * mib);
    expect(proposedLimit({ ...setup('plain'), memlock: { soft: 'unlimited', hard: 'unlimited' } })).toBe('unlimited');
  });
});
