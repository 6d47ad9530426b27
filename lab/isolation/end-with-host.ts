import { constants } from 'node:os';
import { PR, prctl } from '../../native/calls/prctl.ts';

/**
 * Lets this process go on when the thread that started it ends. It ends by itself when its host is gone, and tidies up
 * before; stopped, it would never notice. For hosts whose main thread starts it: Node's, not Electron's. prctl(2)
 */
export function endWithHost(): void {
  prctl(PR.SET_PDEATHSIG, constants.signals.SIGCONT);
}
