import { app } from 'electron';
import { statusOf } from '../protocol/exit-status.ts';
import { toProblem } from '../protocol/problem.ts';
import { ask } from './box.ts';

/** Says in one sentence why the app cannot be started, and ends it. */
export function endWith(error: unknown): void {
  const { kind, text } = toProblem(error);
  console.error(text.en);
  app.exit(statusOf(kind));
}

/**
 * Tells of what nobody caught, in this process, and of Electron's processes that end. Main goes on after an error: it
 * holds what the windows show.
 */
export function watchProcesses(): void {
  let asking = false;
  const tell = (error: unknown): void => {
    if (!app.isReady()) {
      endWith(error);
      return;
    }
    console.error(error);
    if (asking) return;
    asking = true;
    const { text } = toProblem(error);
    const message = {
      en: `Something went wrong in Pagescope, and what is shown may be incomplete. ${text.en}`,
      zh: `Pagescope 出现错误，显示的内容可能不完整。${text.zh}`,
    };
    const choices = [
      [{ en: '&Go On', zh: '继续(&G)' }, () => {}],
      [{ en: '&Quit', zh: '退出(&Q)' }, () => app.quit()],
    ] as const;
    void ask({ message, ...(error instanceof Error && error.stack && { detail: error.stack }), choices }).finally(
      () => {
        asking = false;
      },
    );
  };
  process.on('uncaughtException', tell);
  process.on('unhandledRejection', tell);
  app.on('child-process-gone', (_event, { type, name, reason, exitCode }) => {
    if (reason !== 'clean-exit')
      console.error(`${type} process${name ? ` ${name}` : ''} ended: ${reason}, ${exitCode}.`);
  });
}
