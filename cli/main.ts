/** The entry of the command `pagescope`. */
import { constants } from 'node:os';
import { command } from './command.ts';

// Whoever reads our output may stop (`| head`); then there is nobody to tell anything, as SIGPIPE says to programs in C.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(128 + constants.signals.SIGPIPE);
});

process.exitCode = await command(process.argv.slice(2));
