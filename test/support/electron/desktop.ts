import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from '@playwright/test';
import { inProject } from '../../../scripts/project.mjs';
import { inTime } from '../in-time.ts';
import { ShownWindow } from './shown-window.ts';
import type { Box, BoxOptions, FromDesktop, Question, ToDesktop, WindowOptions } from './stand-in/messages.ts';

const register = fileURLToPath(new URL('./stand-in/register.ts', import.meta.url));
const main = inProject('out', 'electron', 'main.js');

interface Start {
  readonly browser: Browser;
  readonly env?: Record<string, string>;
  /** What it is started with, and where. */
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Where an app that runs already keeps its lock. */
  readonly userData?: string;
}

/** A start of the built app under the stand-in for Electron: its main process, and its windows as pages of Chromium. */
export class Desktop extends EventEmitter {
  readonly process: ChildProcess;
  readonly userData: string;
  /** What the app was told by `told` messages, in order. */
  readonly told: { what: string; detail: unknown }[] = [];
  /** What its pages received, in order; a test that begins anew puts another array there. */
  traffic: unknown[] = [];
  /** What the app wants of each window that it opens. */
  readonly windowOptions: WindowOptions[] = [];
  /** Boxes that the app put up, and how a person answers them; undefined leaves one open. */
  readonly boxes: { box: Box; options: BoxOptions }[] = [];
  answerBox: (box: Box, options: BoxOptions) => unknown = () => undefined;
  /** While set, the app stays when it has quit, so that a test can look at what it holds. */
  holdExit = false;
  readonly exited: Promise<number | null>;
  errors = '';
  readonly #browser: Browser;
  readonly #ownsUserData: boolean;
  readonly #windows = new Map<number, ShownWindow>();
  readonly #answers = new Map<number, (value: unknown) => void>();
  #lastAsked = 0;

  private constructor({ browser, env, userData, args = [], cwd }: Start, folder: string) {
    super();
    this.#browser = browser;
    this.userData = folder;
    this.#ownsUserData = userData === undefined;
    this.process = spawn(process.execPath, ['--import', register, main, ...args], {
      ...(cwd && { cwd }),
      // Recordings of other tests, and of whoever runs them, are not shown.
      env: { ...process.env, XDG_DATA_HOME: folder, STAND_IN_APP: inProject(), STAND_IN_USER_DATA: folder, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    this.process.stderr?.on('data', (text) => {
      this.errors += text;
    });
    this.exited = once(this.process, 'exit').then(([code]) => code);
    this.process.on('message', (message: ToDesktop) => this.#received(message));
  }

  static async start(options: Start): Promise<Desktop> {
    return new Desktop(options, options.userData ?? (await mkdtemp(join(tmpdir(), 'pagescope-desktop-'))));
  }

  get pid(): number {
    const { pid } = this.process;
    if (pid === undefined) throw new Error('The app was not started.');
    return pid;
  }

  /** The app's first window, when its page has loaded. Fails when the app ends before. */
  async window(): Promise<ShownWindow> {
    for (;;) {
      const [window] = this.#windows.values();
      if (window) {
        await inTime(window.loaded, () => 'the page of the app’s window is loaded');
        return window;
      }
      await this.#change('window', 'the app opens a window');
    }
  }

  /** The detail of the `count`-th time that the app told of something. */
  async toldOf(what: string, count = 1): Promise<unknown> {
    for (;;) {
      const times = this.told.filter((told) => told.what === what);
      if (times.length >= count) return times[count - 1]?.detail;
      await this.#change('told', `the app tells of '${what}', ${count} time(s)`);
    }
  }

  async #change(event: string, what: string): Promise<void> {
    const ended = this.exited.then((code) => {
      throw new Error(`The app ended with ${code}: ${this.errors}`);
    });
    await inTime(Promise.race([once(this, event), ended]), () => `${what}; told were ${JSON.stringify(this.told)}`);
  }

  send(message: FromDesktop): void {
    if (this.process.connected) this.process.send(message, () => {});
  }

  /** What the app answers to a question of Chromium's. */
  ask(question: Question): Promise<unknown> {
    const id = ++this.#lastAsked;
    const answer = new Promise<unknown>((resolve) => this.#answers.set(id, resolve));
    this.send({ kind: 'ask', id, question });
    return inTime(answer, () => `the app answers ${JSON.stringify(question)}`);
  }

  #received(message: ToDesktop): void {
    switch (message.kind) {
      case 'create-window':
        this.windowOptions.push(message.options);
        void this.#open(message.window, String(message.options.webPreferences.preload));
        break;
      case 'load':
        this.#windows.get(message.window)?.load(message.url);
        break;
      case 'close-window':
        void this.#windows.get(message.window)?.close();
        this.#windows.delete(message.window);
        break;
      case 'box':
        void this.#answerBox(message);
        break;
      case 'reload':
        this.#windows.get(message.window)?.reload();
        break;
      case 'crash':
        void this.#windows.get(message.window)?.crash('killed');
        break;
      case 'frame-message':
      case 'sent':
      case 'invoked':
        this.#windows.get(message.window)?.deliver(message);
        break;
      case 'port-data':
        this.traffic.push(message.data);
        this.emit('traffic');
        for (const window of this.#windows.values()) window.deliver(message);
        break;
      case 'port-closed':
        for (const window of this.#windows.values()) window.deliver(message);
        break;
      case 'answer':
        this.#answers.get(message.id)?.(message.value);
        this.#answers.delete(message.id);
        break;
      case 'told':
        this.told.push(message);
        this.emit('told');
        if (message.what === 'quit' && !this.holdExit) this.send({ kind: 'may-exit' });
    }
  }

  async #open(number: number, preload: string): Promise<void> {
    const window = new ShownWindow(this, number, this.#browser, readFile(preload, 'utf8'));
    this.#windows.set(number, window);
    this.emit('window');
  }

  async #answerBox({ id, box, options, download }: Extract<ToDesktop, { kind: 'box' }>): Promise<void> {
    this.boxes.push({ box, options });
    const value = this.answerBox(box, options);
    if (value === undefined) return;
    if (download && value !== null && value !== '/dev/full') {
      for (const window of this.#windows.values()) await window.downloads.get(download)?.saveAs(String(value));
    }
    this.send({ kind: 'box-answer', id, value });
  }

  /** Ends the app, however it is. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exited;
    for (const window of this.#windows.values()) await window.close();
    if (this.#ownsUserData) await rm(this.userData, { recursive: true, force: true });
  }
}
