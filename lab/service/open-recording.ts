import type { Reader, Received, Reopened } from '../../protocol/service.ts';
import { isolate } from '../isolation/isolate.ts';
import { RecordedSession } from '../recordings/recorded-session.ts';
import type { Host } from './host.ts';
import type { Opening } from './opening.ts';

/** What a recording is called while its process is started and it is not known what is in it. */
const unread = { id: 'recording', title: { en: 'A recording', zh: '录制' }, parameters: {} };

/**
 * A recording as a session. Throws `bad-input` where it is none, or `begin` does.
 *
 * @param opened told what the recording says of itself
 */
export async function openRecording(
  host: Host,
  request: Received<'reopen'> & { session: number },
  reader: Reader,
  opened: (reopened: Reopened) => void,
): Promise<Opening> {
  const { session, file } = request;
  if (!host.spawnIsolated) {
    const handle = new RecordedSession(file, session, reader);
    return {
      handle,
      begin: async () => {
        opened(handle.reopened());
        handle.begin();
      },
    };
  }
  const header = { version: host.version, experiment: unread, placement: 'isolated' as const };
  const handle = await isolate(host.spawnIsolated, session, header, reader);
  return { handle, begin: async () => opened(await handle.open('reopen', request)) };
}
