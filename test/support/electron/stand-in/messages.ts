/**
 * What the stand-in for Electron (in the app's main process) and the desktop of the tests (which owns Chromium) tell
 * each other over Node's IPC channel. Ports are numbered by the main process.
 */
export type ToDesktop =
  | { kind: 'create-window'; window: number; options: WindowOptions }
  | { kind: 'load'; window: number; url: string }
  | { kind: 'close-window' | 'reload' | 'crash'; window: number }
  | { kind: 'frame-message'; window: number; channel: string; message: unknown; port: number }
  | { kind: 'port-data'; port: number; data: unknown }
  | { kind: 'port-closed'; port: number }
  | { kind: 'answer'; id: number; value: unknown }
  /** A box that somebody has to answer; `download` is the address of what a `save` box is about. */
  | { kind: 'box'; id: number; box: Box; options: BoxOptions; download?: string }
  /** To the preload of a window, without a port. */
  | { kind: 'sent'; window: number; channel: string; message: unknown }
  /** What `ipcRenderer.invoke` gave. */
  | { kind: 'invoked'; window: number; call: number; value: unknown }
  /** Something that a test may wait for: `focus`, `external`, `menu`, `quit`, `second-instance`, `lab`. */
  | { kind: 'told'; what: string; detail: unknown };

export type FromDesktop =
  | { kind: 'ask'; id: number; question: Question }
  | {
      kind: 'ipc';
      window: number;
      channel: string;
      args: unknown[];
      url: string;
      top: boolean;
      /** The frame is gone when the message is handled: `null`, or one that throws whatever it is asked. */
      frame?: 'null' | 'disposed';
      /** Of `ipcRenderer.invoke`: the number under which it wants its answer. */
      call?: number;
    }
  | { kind: 'box-answer'; id: number; value: unknown }
  | { kind: 'download'; window: number; url: string; name: string }
  | { kind: 'port-data'; port: number; data: unknown }
  | { kind: 'port-closed'; port: number }
  | { kind: 'loaded'; window: number }
  /** The page has another address, in the same document or in a new one. */
  | { kind: 'navigated'; window: number; url: string }
  /** An event of Electron's, of a window, of its contents, or of the app. */
  | { kind: 'event'; of: 'window' | 'contents' | 'app'; window: number; name: string; detail: unknown }
  /** Something that nobody catches happens in the main process. */
  | { kind: 'throw'; message: string }
  | { kind: 'close-request'; window: number }
  | { kind: 'second-instance'; argv: string[]; data: unknown }
  | { kind: 'may-exit' };

export type Box = 'save' | 'open' | 'message';

/** What the app wants of a box, as far as tests look at it. */
export interface BoxOptions {
  readonly title?: string;
  readonly message?: string;
  readonly detail?: string;
  readonly defaultPath?: string;
  readonly buttons?: readonly string[];
  readonly filters?: readonly { readonly name: string; readonly extensions: readonly string[] }[];
}

export interface WindowOptions {
  readonly width: number;
  readonly height: number;
  readonly show: boolean;
  readonly icon?: string;
  readonly webPreferences: Record<string, unknown>;
}

/** What Chromium asks Electron, and Electron the app. */
export type Question =
  | { about: 'request'; url: string; method: string }
  /** By the page itself, by a frame in it, or by the answer of a server. */
  | { about: 'navigation'; window: number; url: string; how?: 'page' | 'frame' | 'redirect' }
  | { about: 'window-open'; window: number; url: string }
  | { about: 'webview'; window: number }
  /** By the developer tools. */
  | { about: 'devtools'; url: string }
  | { about: 'permission'; permission: string; url: string }
  | { about: 'device' }
  /** A click on an entry of the menu, by its label; whether there is such an entry with an action of the app's own. */
  | { about: 'menu'; label: string };

export interface SchemeAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}
