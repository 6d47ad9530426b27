import { type Problem, toProblem } from '../../protocol/problem.ts';
import type { Wire } from '../../protocol/wire.ts';
import type { StartedRecording } from '../session/recording.ts';
import { tidyRecordings } from './folder.ts';
import { type FromKeeper, type ToKeeper, unpacked } from './keeper-messages.ts';
import type { RecordingLimits } from './limits.ts';
import { recordHere } from './record-here.ts';

/** How long the pipe may not be read. */
const sliceMs = 5;

/**
 * Writes what the host at the other end of the wire tells, in a process of its own: a disk may stop it for seconds, and
 * the host's end does not. A signal that ends the host's process group does not end this one: it finishes when the wire
 * is closed, when everything that was sent has been read.
 *
 * @param limits as they are set then: a recording begins with those of its moment
 */
export function serveKeeper(wire: Wire, folder: string, limits: () => RecordingLimits): void {
  tidyRecordings(folder, limits().totalBytes);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const recordings = new Map<number, StartedRecording>();
  const answer = (message: FromKeeper) => wire.send(JSON.stringify(message));

  const take = (message: ToKeeper): void => {
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
  const work = (bytes: Uint8Array): void => {
    for (const message of unpacked(bytes)) {
      if ('frame' in message) recordings.get(message.recording)?.frame(message.frame);
      else take(message);
    }
  };

  let waiting: Uint8Array[] = [];
  /** Works for a while, then lets more be read: what is still in the pipe when the host is killed is lost with it. */
  const workOn = (): void => {
    const untilMs = performance.now() + sliceMs;
    let [done, bytes] = [0, 0];
    for (const message of waiting) {
      work(message);
      done++;
      bytes += message.length;
      if (performance.now() > untilMs) break;
    }
    waiting = waiting.slice(done);
    answer({ did: 'write', bytes });
    if (waiting.length > 0) setImmediate(workOn);
  };
  wire.onMessage((message) => {
    if (typeof message !== 'string' && waiting.push(message) === 1) setImmediate(workOn);
  });
  wire.onClose(() => {
    for (const message of waiting) work(message);
    for (const recording of recordings.values()) void recording.end();
    process.exit(0);
  });
}
