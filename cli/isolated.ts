/** The entry of an isolated process whose host is Node: `lab/isolation/fork-isolated.ts` starts it. */
import { serveIsolated } from '../lab/service/serve-isolated.ts';
import { parentWire } from '../protocol/wires/child-process.ts';
import { version } from './installation.ts';

serveIsolated(parentWire(process), version());
