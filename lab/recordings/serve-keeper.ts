import { type Problem, toProblem } from '../../protocol/problem.ts';
import type { Wire } from '../../protocol/wire.ts';
import type { StartedRecording } from '../session/recording.ts';
import { tidyRecordings } from './folder.ts';
import type { FromHost, FromKeeper } from './keeper-messages.ts';
import type { RecordingLimits } from './limits.ts';
import { recordHere } from './record-here.ts';
import { SpoolReader } from './spool.ts';

/**
 * Writes what the host at the other end of the wire tells, in a process of its own: a disk may stop it for seconds, and
 * the host's end does not. It is told in a spool, of which the wire says where it is, and then that there is more. A
 * signal that ends the host's process group does not end this one: it finishes when the wire is closed, and it has
 * worked through all that the host had told.
 *
 * @param limits as they are set then: a recording begins with those of its moment
 */
export function serveKeeper(wire: Wire, folder: string, limits: () => RecordingLimits): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const recordings = new Map<number, StartedRecording>();
  const answer = (message: FromKeeper) => wire.send(JSON.stringify(message));

  const work = (message: FromHost): void => {
    if ('frame' in message) {
      recordings.get(message.recording)?.frame(message.frame);
      return;
    }
    // The spool follows by itself.
    if (message.do === 'follow') return;
    const { recording } = message;
    const failed = (problem: Problem) => answer({ did: 'fail', recording, problem });
    switch (message.do) {
      case 'begin':
        try {
          const options = { durable: true, mostBytes: limits().mostBytes };
          recordings.set(recording, recordHere(message.file, message.header, options, failed));
          answer({ did: 'begin', recording });
        } catch (error) {
          failed(toProblem(error));
        }
        break;
      case 'event':
        recordings.get(recording)?.event(message.event);
        break;
      case 'end':
        void recordings.get(recording)?.end();
        recordings.delete(recording);
        tidyRecordings(folder, limits().totalBytes);
    }
  };

  let spool: SpoolReader | undefined;
  let bytes = 0;
  let working = false;
  /** Works through a part of it, and tells how far it has come; whether there was any. */
  const workOn = (): boolean => {
    const next = spool?.next();
    if (!next || next.bytes === 0) return false;
    for (const message of next.messages) work(message);
    bytes += next.bytes;
    return true;
  };
  const workAll = (): void => {
    working = workOn();
    answer({ did: 'read', bytes, all: !working });
    if (working) setImmediate(workAll);
  };
  wire.onMessage((message) => {
    if (typeof message !== 'string') return;
    if (!spool) {
      spool = new SpoolReader(message);
      answer({ did: 'open' });
      tidyRecordings(folder, limits().totalBytes);
    }
    if (!working) workAll();
  });
  wire.onClose(() => {
    while (workOn());
    for (const recording of recordings.values()) void recording.end();
    process.exit(0);
  });
}
