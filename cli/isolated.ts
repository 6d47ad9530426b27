/** The entry of an isolated process whose host is Node: `lab/isolation/fork-isolated.ts` starts it. */
import { endWithHost } from '../lab/isolation/end-with-host.ts';
import { serveIsolated } from '../lab/service/serve-isolated.ts';
import { parentWire } from '../protocol/wires/child-process.ts';
import { version } from './installation.ts';

endWithHost();
serveIsolated(parentWire(process), version());
