/** The entry of the command `pagescope`. */
import { fstatSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { ExitStatus } from '../protocol/exit-status.ts';
import { command } from './command.ts';
import { languageOf } from './language.ts';

// Whoever reads our output may stop (`| head`); then there is nobody to tell anything, as SIGPIPE says to programs in
// C.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(128 + constants.signals.SIGPIPE);
  const sentence = {
    en: `Standard output cannot be written: ${error.message}.`,
    zh: `无法写入标准输出：${error.message}。`,
  };
  process.stderr.write(`${sentence[languageOf()]}\n`);
  process.exit(ExitStatus.Broke);
});

// Of a file where there is room for a part alone, Node's stream writes the part and says nothing. write(2)
if (fstatSync(process.stdout.fd).isFile()) {
  process.stdout._write = (chunk, _encoding, done) => {
    try {
      writeFileSync(process.stdout.fd, chunk);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  };
}

void command(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
  // Everything is released and written by now. To end by itself takes Node 40 ms more than this, for its heap.
  setImmediate(() => {
    if (process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit();
  });
});
