import { serveIsolated } from '../../lab/isolated.ts';
import { parentWire } from '../../protocol/wires/child-process.ts';

serveIsolated(parentWire(process), '0.0.0');
