import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ProblemError } from '../../protocol/problem.ts';
import { startServer } from '../../server/start-server.ts';
import { FakeService } from '../support/fake-service.ts';
import { Loopback, page } from '../support/running-server.ts';

const makeService = new FakeService().make;

/** The problem that starting ends with. */
async function refusal(port: number, rendererDir: string): Promise<ProblemError> {
  const error = await startServer({ port, rendererDir, makeService }).then(
    (server) => server.close(),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProblemError)) throw new Error(`Expected a problem, not ${error}.`);
  return error;
}

it('says which port is in use and what to do', async () => {
  await using built = await page();
  await using other = await Loopback.start();
  const { problem } = await refusal(other.server.port, built.folder);
  expect(problem.kind).toBe('bad-input');
  expect(problem.text.en).toMatch(new RegExp(`^Port ${other.server.port} is in use .*--port`));
  expect(problem.text.zh).toContain(String(other.server.port));
});

it.each([-1, 65_536, 1.5, Number.NaN])('refuses %d, which is no port', async (port) => {
  await using built = await page();
  expect((await refusal(port, built.folder)).problem.kind).toBe('bad-input');
});

it('says what to do when the page is not built', async () => {
  await using built = await page();
  const { problem } = await refusal(0, join(built.folder, 'missing'));
  expect(problem.kind).toBe('cannot-run-here');
  expect(problem.text.en).toContain('npm run build');
});

it('listens on the loopback address alone', async () => {
  await using loopback = await Loopback.start();
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal);
  // A port is free on every other address: only 127.0.0.1 is taken.
  for (const { address } of [...others, { address: '127.0.0.2' }]) {
    const probe = createServer().listen(loopback.server.port, address);
    await once(probe, 'listening');
    probe.close();
    await once(probe, 'close');
  }
});
