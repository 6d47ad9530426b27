/** A process of its own that looks at another, as whoever started it: at once, and again after each line of input. */
import { createInterface } from 'node:readline';
import { lookAt } from '../../lab/processes/look-at-process.ts';
import { Target } from '../../lab/processes/target.ts';

using target = new Target(Number(process.argv[2]));
const look = async () => process.stdout.write(`${JSON.stringify(await lookAt(target, { smaps: true }))}\n`);
await look();
for await (const _ of createInterface(process.stdin)) await look();
