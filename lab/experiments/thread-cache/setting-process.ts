import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Text } from '../../../protocol/text.ts';
import type { Looped, LoopRequest, Witnessed } from './messages.ts';
import { environmentOf, type Setting } from './settings.ts';

/** Beside this file, as source or as built: there it has this file's ending, and its name is its entry's. */
const here = fileURLToPath(import.meta.url);
const entry = fileURLToPath(new URL(`./allocating${extname(here)}`, import.meta.url));

/** How long an answer may take beyond the work that is asked for: a preloaded library may hang. */
const patienceMs = 10_000;

/** Of what it wrote to standard error, so much is kept for a sentence. */
const mostWords = 300;

/** A process whose malloc has one setting. It is killed when it is disposed of, and ends by itself when we do. */
export class SettingProcess implements Disposable {
  readonly setting: Setting;
  readonly #child: ChildProcess;
  #words = '';
  /** It may be ready before anybody asks. */
  readonly #ready: Promise<Witnessed>;
  /** How it ended. */
  readonly #ended: Promise<Text>;

  constructor(setting: Setting, threads: number) {
    this.setting = setting;
    this.#child = fork(entry, [String(threads)], {
      execArgv: [],
      env: { ...environmentOf(setting), NODE_DISABLE_COMPILE_CACHE: '1' },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#words = (this.#words + text).slice(-4 * mostWords);
    });
    this.#ready = this.#message();
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve(endOf(code, signal, this.said)));
      this.#child.once('error', ({ message }) =>
        resolve({ en: `it could not be started: ${message}`, zh: `无法启动：${message}` }),
      );
    });
  }

  /** −1 where it could not be started. */
  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** What it, or the loader before it, wrote to standard error, in one line. */
  get said(): string {
    return this.#words.replaceAll(/\s+/g, ' ').trim().slice(0, mostWords);
  }

  /** What it is seen to be, once its threads are ready; how it ended where it did. */
  witnessed(signal: AbortSignal): Promise<Witnessed | Text> {
    return this.#unlessEnded(this.#ready, 0, signal);
  }

  loop(request: LoopRequest, signal: AbortSignal): Promise<Looped | Text> {
    const answer = this.#message<Looped>();
    // One that has ended takes no question: its end is the answer.
    if (this.#child.connected) this.#child.send(request, () => {});
    return this.#unlessEnded(answer, request.milliseconds, signal);
  }

  #message<T>(): Promise<T> {
    return new Promise((resolve) => this.#child.once('message', (message: T) => resolve(message)));
  }

  /** The answer, or how the process ended: by itself, or because it was late. A stop ends it, and throws its reason. */
  async #unlessEnded<T>(answer: Promise<T>, workMs: number, signal: AbortSignal): Promise<T | Text> {
    let late: Text | undefined;
    const kill = () => this.#child.kill('SIGKILL');
    const timer = setTimeout(() => {
      late = noAnswer;
      kill();
    }, workMs + patienceMs);
    signal.addEventListener('abort', kill, { once: true });
    try {
      const answered = await Promise.race([answer, this.#ended]);
      signal.throwIfAborted();
      return late ?? answered;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
    }
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}

const noAnswer: Text = {
  en: `it did not answer within ${patienceMs / 1000} s and was ended`,
  zh: `${patienceMs / 1000} 秒内没有响应，已将其结束`,
};

function endOf(code: number | null, signal: string | null, said: string): Text {
  const words = said === '' ? '' : `: ${said}`;
  return signal === null
    ? { en: `its process ended with exit status ${code}${words}`, zh: `其进程以退出状态 ${code} 结束${words}` }
    : { en: `its process was ended by ${signal}${words}`, zh: `其进程因 ${signal} 结束${words}` };
}
