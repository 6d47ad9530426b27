import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const NATIVE = new URL('../../../native/', import.meta.url).href;

test('of a file that may not be written, pages that nobody here mapped are unknown, not resident', (context) => {
  if (process.geteuid?.() !== 0) context.skip('Only root can become a user who certainly may not write the file.');
  const script = `
    const { residency } = await import('${NATIVE}pages/residency.ts');
    const { MAP, PROT, mincore, mmap } = await import('${NATIVE}calls/mman.ts');
    const { touchRead } = await import('${NATIVE}calls/touch.ts');
    const { setresuid } = await import('${NATIVE}calls/identity.ts');
    const { PR, prctl } = await import('${NATIVE}calls/prctl.ts');
    const { pageSize } = await import('${NATIVE}libc/sysconf.ts');
    const { openSync } = await import('node:fs');
    const fd = openSync(process.execPath, 'r');
    const { returned: address } = mmap(null, 64 * pageSize(), PROT.READ, MAP.SHARED, fd, 0);
    const into = new Uint8Array(64);
    const look = () => {
      const { unknown } = residency(address, 64, into, { fd });
      return { bits: unknown.map((one) => one.bits), resident: into.filter((byte) => byte & 1).length, present: into.filter((byte) => byte & 2).length };
    };
    const asRoot = look();
    setresuid(65534, 65534, 65534);
    prctl(PR.SET_DUMPABLE, 1);
    const said = new Uint8Array(64);
    mincore(address, 64 * pageSize(), said);
    const before = look();
    touchRead(address, Uint32Array.of(5));
    console.log(JSON.stringify({ asRoot: asRoot.bits, said: said.filter((byte) => byte & 1).length, before, after: look() }));`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(ended.stderr).toBe('');
  const { asRoot, said, before, after } = JSON.parse(ended.stdout);
  expect(asRoot).toEqual([]);
  expect(said).toBe(64);
  expect(before).toEqual({ bits: [['Resident']], resident: 0, present: 0 });
  // Reading one page maps its neighbours that are in the cache, too.
  expect(after.present).toBeGreaterThan(0);
  expect(after.resident).toBe(after.present);
});
