/** A process of its own that lists all processes, and looks at those that it is told, as whoever started it. */
import { lookAtProcess } from '../../lab/processes/look-at-process.ts';
import { ProcessTable } from '../../lab/processes/process-table.ts';

using table = new ProcessTable();
const looks = [];
for (const pid of process.argv.slice(2)) {
  const look = lookAtProcess(Number(pid)).then(({ process: row }) => row.name);
  looks.push(await look.catch((error: unknown) => (error instanceof Error ? error.message : `${error}`)));
}
process.stdout.write(
  JSON.stringify({ table: await table.since(0), looks, pid: process.pid, other: Number(process.argv[2]) }),
);
