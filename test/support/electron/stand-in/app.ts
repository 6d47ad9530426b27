import { EventEmitter } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { link } from './link.ts';
import { reserve } from './reserve.ts';

const { STAND_IN_APP: root = '', STAND_IN_USER_DATA: userData = '', STAND_IN_LOCALE: locale = 'en-US' } = process.env;

const packageJson: { version: string; productName: string } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);

/** An event that a listener may refuse. */
export function refusable(detail: object = {}) {
  let refused = false;
  return {
    ...detail,
    preventDefault() {
      refused = true;
    },
    get defaultPrevented() {
      return refused;
    },
  };
}

const reallyExit = process.exit.bind(process);

class App extends EventEmitter {
  #ready = false;
  #quitting = false;
  #ended = false;
  readonly #lock = join(userData, 'SingletonLock');
  #locked = false;
  /** Set by the windows: closes them all, and says whether none refused. */
  closeWindows: () => boolean = () => true;

  constructor() {
    super();
    // Electron is ready some turns after the main module ran, never before.
    setTimeout(() => {
      this.#ready = true;
      if (!this.#quitting) this.emit('ready');
    }, 20);
    link.on('second-instance', ({ argv, data }) =>
      this.emit('second-instance', refusable(), argv, process.cwd(), data),
    );
    link.on('may-exit', () => this.exit(0));
  }

  isReady = (): boolean => this.#ready;
  whenReady = (): Promise<void> =>
    this.#ready ? Promise.resolve() : new Promise((resolve) => this.once('ready', () => resolve()));
  getVersion = (): string => packageJson.version;
  getName = (): string => packageJson.productName;
  getAppPath = (): string => root;
  getLocale = (): string => locale;
  getPath(name: string): string {
    if (name === 'downloads') return join(userData, 'Downloads');
    if (name !== 'userData') throw new Error(`Failed to get '${name}' path`);
    return userData;
  }

  /** The holder of the lock hears of whoever asks for it later. */
  requestSingleInstanceLock(data?: unknown): boolean {
    mkdirSync(userData, { recursive: true });
    try {
      closeSync(openSync(this.#lock, 'wx'));
      this.#locked = true;
    } catch {
      link.tell('second-instance', { argv: process.argv, data });
    }
    return this.#locked;
  }

  quit(): void {
    if (this.#quitting) return;
    const before = refusable();
    this.emit('before-quit', before);
    if (before.defaultPrevented || !this.closeWindows()) return;
    this.#quitting = true;
    const will = refusable();
    this.emit('will-quit', will);
    if (will.defaultPrevented) {
      this.#quitting = false;
      return;
    }
    this.emit('quit', {}, 0);
    // The process stays until the desktop has looked at what it holds.
    link.tell('quit');
  }

  exit(code = 0): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#locked) rmSync(this.#lock, { force: true });
    reallyExit(code);
  }
}

reserve();
// Electron is started with the app's folder.
process.argv[1] = root;
export const app = new App();

// Errors that nobody catches are told in a box by Electron, unless the app listens itself, and the process goes on;
// promises that nobody looks after are only warned of.
process.on('uncaughtException', (error) => {
  if (process.listenerCount('uncaughtException') === 1) link.tell('uncaught', String(error));
});
process.on('unhandledRejection', (reason) => {
  if (process.listenerCount('unhandledRejection') === 1) console.error(`UnhandledPromiseRejectionWarning: ${reason}`);
});
// To leave is to quit, at once.
process.exit = (code) => app.exit(Number(code ?? 0)) as never;

/** For what Electron offers only before, or only after it is ready. */
export function requireReady(ready: boolean, what: string): void {
  if (app.isReady() !== ready)
    throw new Error(`${what} ${ready ? 'cannot be used before' : 'should be called before'} app is ready`);
}
