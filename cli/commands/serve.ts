import { join } from 'node:path';
import { createService } from '../../lab/service/service.ts';
import { ExitStatus } from '../../protocol/exit-status.ts';
import { startServer } from '../../server/start-server.ts';
import { nodeHost } from '../host.ts';
import { installationFolder } from '../installation.ts';

/**
 * `pagescope serve`: the app in a browser. Prints the URL as the first line and serves until SIGINT, SIGTERM or SIGHUP.
 *
 * @param options.port 0 takes any free one
 */
export async function serve({ port, json }: { port: number; json: boolean }): Promise<ExitStatus> {
  const host = nodeHost('browser');
  const server = await startServer({
    port,
    rendererDir: join(installationFolder(), 'out', 'renderer'),
    makeService: (reader) => createService(host, reader),
  });
  process.stdout.write(`${json ? JSON.stringify({ url: server.url }) : server.url}\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  await server.close();
  return ExitStatus.Held;
}
