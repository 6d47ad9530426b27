import { Metrics } from '../../lab/exporter/metrics.ts';
import { absolute, bytePath } from '../../lab/files/byte-path.ts';
import { ExitStatus } from '../../protocol/exit-status.ts';
import { serveMetrics } from '../../server/serve-metrics.ts';
import { signalled } from '../signalled.ts';

interface Options {
  /** 0 takes any free one. */
  readonly port: number;
  /** Files and folders whose cached bytes are told. */
  readonly path: readonly string[];
  /** Answer by whatever name this host is called. */
  readonly anyHost: boolean;
  readonly json: boolean;
}

/** `pagescope exporter`: metrics for Prometheus. Prints the address as the first line and serves until a signal. */
export async function exporter({ port, path, anyHost, json }: Options): Promise<ExitStatus> {
  using metrics = new Metrics(path.map((each) => absolute(bytePath(each))));
  const server = await serveMetrics(port, metrics, anyHost);
  process.stdout.write(`${json ? JSON.stringify({ url: server.url }) : server.url}\n`);
  // The first look opens what later ones read, and is the slowest: nobody need wait for it.
  void metrics.scrape().catch(() => {});
  await signalled();
  await server.close();
  return ExitStatus.Held;
}
