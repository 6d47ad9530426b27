/** The entry of the process that writes recordings, whose host is Node: `cli/host.ts` starts it. */
import { recordingsFolder } from '../lab/recordings/folder.ts';
import { recordingLimits } from '../lab/recordings/limits.ts';
import { serveKeeper } from '../lab/recordings/serve-keeper.ts';
import { parentWire } from '../protocol/wires/child-process.ts';

serveKeeper(parentWire(process), recordingsFolder(), recordingLimits);
