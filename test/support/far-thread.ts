/** The far end of the wire contract's tests as a thread: leaves its epitaph with the thread that started it. */
import { MessagePort, parentPort, workerData } from 'node:worker_threads';
import { messagePortWire } from '../../protocol/wires/message-port.ts';
import { farEnd } from './far-end.ts';

const port: unknown = workerData;
if (!(port instanceof MessagePort)) throw new Error('This thread is given its port as workerData.');
parentPort?.postMessage(await farEnd(messagePortWire(port), () => port.postMessage({ no: 'wire sends this' })));
