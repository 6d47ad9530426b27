/** A process of its own that looks at others, as whoever started it, and prints what it saw. */
import { lookAtProcess } from '../../lab/processes/look-at-process.ts';

const looks = [];
for (const pid of process.argv.slice(2)) looks.push(await lookAtProcess(Number(pid)));
process.stdout.write(JSON.stringify(looks));
