/** The far end of the wire contract's tests as a child process: prints its epitaph. */
import { parentWire } from '../../protocol/wires/child-process.ts';
import { farEnd } from './far-end.ts';

const epitaph = await farEnd(parentWire(process), () => process.send?.({ no: 'wire sends this' }));
console.log(JSON.stringify(epitaph));
