/** The process that writes recordings, as a test starts it: `node keeper-entry.ts` with the folder in XDG_DATA_HOME. */
import { recordingsFolder } from '../../lab/recordings/folder.ts';
import { recordingLimits } from '../../lab/recordings/limits.ts';
import { serveKeeper } from '../../lab/recordings/serve-keeper.ts';
import { parentWire } from '../../protocol/wires/child-process.ts';

serveKeeper(parentWire(process), recordingsFolder(), recordingLimits);
