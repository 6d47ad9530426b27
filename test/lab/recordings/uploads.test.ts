import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished, vi } from 'vitest';
import { sweepLeftovers } from '../../../lab/isolation/sweep-leftovers.ts';
import { Uploads } from '../../../lab/recordings/uploads.ts';
import { never, problemOf, TestLab } from '../../support/harness.ts';
import { recordedLab, recordingPath } from '../../support/recorded.ts';
import { until } from '../../support/until.ts';

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const adding = async (uploads: Uploads, length: number, upload: number) => uploads.add(upload, new Uint8Array(length));

it('puts a file together from its pieces, for its user alone, and opens it until the connection ends', async () => {
  const recorded = recordingPath();
  {
    await using lab = recordedLab(recorded);
    await lab.start({ experiment: 'first-touch', parameters: { pages: 8 } });
    await lab.reader.state('completed');
  }
  const bytes = readFileSync(recorded);
  const lab = new TestLab();
  let begun: { upload: number; file: string } | undefined;
  for (let at = 0; at < bytes.length; at += 20_000) {
    const piece = base64(bytes.subarray(at, at + 20_000));
    begun = await lab.service.upload({ bytes: piece, ...(begun && { upload: begun.upload }) }, never);
  }
  const file = begun?.file ?? '';
  expect(readFileSync(file).equals(bytes)).toBe(true);
  expect([statSync(file), statSync(dirname(file))].map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o700]);
  const { session, experiment } = await lab.service.reopen({ file }, never);
  expect(experiment).toMatchObject({ id: 'first-touch', parameters: { pages: 8 } });
  await lab.reader.state('completed', session);
  await lab.service.dispose();
  expect(existsSync(dirname(file))).toBe(false);
});

it('keeps files apart, and gives no two connections the same folder', async () => {
  using uploads = new Uploads();
  using others = new Uploads();
  const [a, b, c] = [uploads, uploads, others].map((each, at) => each.add(undefined, Uint8Array.of(at)));
  uploads.add(a?.upload, Uint8Array.of(9));
  expect([a, b, c].map((each) => [...readFileSync(each?.file ?? '')])).toEqual([[0, 9], [1], [2]]);
  expect(dirname(a?.file ?? '')).toBe(dirname(b?.file ?? ''));
  expect(dirname(a?.file ?? '')).not.toBe(dirname(c?.file ?? ''));
});

it('takes no more than it may in all, and nothing for a file that was not begun', async () => {
  using uploads = new Uploads(100);
  const { upload, file } = uploads.add(undefined, new Uint8Array(60));
  uploads.add(undefined, new Uint8Array(30));
  const refused = await problemOf(adding(uploads, 11, upload));
  expect(refused).toMatchObject({ kind: 'over-budget' });
  expect(refused.text.en).toContain('100 B in all');
  expect(statSync(file).size).toBe(60);
  expect(await problemOf(adding(uploads, 1, 3))).toMatchObject({ kind: 'gone' });
});

it('is deleted by the next engine where its process was killed; that of one that lives stays, and what names no owner', async () => {
  const folder = dirname(recordingPath());
  vi.stubEnv('TMPDIR', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  const entry = new URL('../../../lab/recordings/uploads.ts', import.meta.url);
  const script = `import { Uploads } from '${entry}';
    console.log(new Uploads().add(undefined, Uint8Array.of(1)).file);
    process.stdin.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(child.stdout), 'line');
  const uploaded = String(line);
  mkdirSync(join(folder, 'pagescope-upload-mine'));
  await sweepLeftovers();
  expect(existsSync(uploaded)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await using lab = new TestLab();
  await until(() => expect(existsSync(dirname(uploaded))).toBe(false));
  expect(existsSync(join(folder, 'pagescope-upload-mine'))).toBe(true);
  await lab.service.host({}, never);
});
