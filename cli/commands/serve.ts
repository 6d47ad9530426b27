import { join } from 'node:path';
import { recordingsFolder } from '../../lab/recordings/folder.ts';
import { Keeper } from '../../lab/recordings/keeper.ts';
import { recordingLimits } from '../../lab/recordings/limits.ts';
import { createService } from '../../lab/service/service.ts';
import { ExitStatus } from '../../protocol/exit-status.ts';
import { startServer } from '../../server/start-server.ts';
import { nodeHost, spawnKeeper } from '../host.ts';
import { installationFolder } from '../installation.ts';
import { signalled } from '../signalled.ts';

export interface ServeOptions {
  /** 0 takes any free one. */
  readonly port: number;
  /** What the page shows first, as its address has it. */
  readonly show: string | undefined;
  readonly json: boolean;
}

/**
 * `pagescope serve`: the app in a browser. Prints the URL as the first line and serves until SIGINT, SIGTERM or SIGHUP.
 */
export async function serve({ port, show, json }: ServeOptions): Promise<ExitStatus> {
  const { totalBytes } = recordingLimits();
  const keeper = new Keeper(recordingsFolder(), spawnKeeper);
  const host = nodeHost('browser', () => keeper.beginIfAny);
  const server = await startServer({
    port,
    ...(show !== undefined && { show }),
    rendererDir: join(installationFolder(), 'out', 'renderer'),
    makeService: (reader) => createService(host, reader),
  });
  process.stdout.write(`${json ? JSON.stringify({ url: server.url }) : server.url}\n`);
  if (totalBytes > 0) keeper.warm();
  await signalled();
  await server.close();
  // Its channel would keep this process: what it still has to write, it writes alone.
  if (!(await keeper.close())) process.exit(ExitStatus.Held);
  return ExitStatus.Held;
}
