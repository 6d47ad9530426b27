import { endWithHost } from '../../lab/isolation/end-with-host.ts';
import { serveIsolated } from '../../lab/service/serve-isolated.ts';
import { parentWire } from '../../protocol/wires/child-process.ts';
import { obey } from './another-hand.ts';

endWithHost();
serveIsolated(parentWire(process), '0.0.0');
obey();

// As one from source, where WebAssembly strips types: too large for gcore, which would write more than a GiB a run.
Object.assign(globalThis, { reserved: new WebAssembly.Memory({ initial: 1 }) });
