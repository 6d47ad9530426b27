/** The entry of the process that writes recordings, whose host is Electron: `isolated-host.ts` starts it. */
import { recordingsFolder } from '../lab/recordings/folder.ts';
import { recordingLimits } from '../lab/recordings/limits.ts';
import { serveKeeper } from '../lab/recordings/serve-keeper.ts';
import { electronPortWire } from '../protocol/wires/electron-port.ts';

process.parentPort.once('message', ({ ports: [port] }) => {
  if (!port) throw new Error('The host sent no port.');
  serveKeeper(electronPortWire(port), recordingsFolder(), recordingLimits);
});
