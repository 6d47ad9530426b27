/** The entry of an isolated process whose host is Electron: `isolated-host.ts` starts it and sends it its port. */
import { serveIsolated } from '../lab/service/serve-isolated.ts';
import { electronPortWire } from '../protocol/wires/electron-port.ts';

process.parentPort.once('message', ({ data, ports: [port] }) => {
  if (!port) throw new Error('The host sent no port.');
  serveIsolated(electronPortWire(port), String(data.version));
});
