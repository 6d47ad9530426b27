/**
 * What the stand-in for Electron (in the app's main process) and the desktop of the tests (which owns Chromium) tell
 * each other over Node's IPC channel. Ports are numbered by the main process.
 */
export type ToDesktop =
  | { kind: 'create-window'; window: number; options: WindowOptions }
  | { kind: 'load'; window: number; url: string }
  | { kind: 'close-window'; window: number }
  | { kind: 'frame-message'; window: number; channel: string; message: unknown; port: number }
  | { kind: 'port-data'; port: number; data: unknown }
  | { kind: 'port-closed'; port: number }
  | { kind: 'answer'; id: number; value: unknown }
  /** Something that a test may wait for: `focus`, `external`, `menu`, `quit`, `second-instance`, `lab`. */
  | { kind: 'told'; what: string; detail: unknown };

export type FromDesktop =
  | { kind: 'ask'; id: number; question: Question }
  | { kind: 'ipc'; window: number; channel: string; args: unknown[]; url: string; top: boolean }
  | { kind: 'port-data'; port: number; data: unknown }
  | { kind: 'port-closed'; port: number }
  | { kind: 'ready-to-show'; window: number }
  | { kind: 'close-request'; window: number }
  | { kind: 'second-instance'; argv: string[] }
  | { kind: 'may-exit' };

export interface WindowOptions {
  readonly width: number;
  readonly height: number;
  readonly webPreferences: Record<string, unknown>;
}

/** What Chromium asks Electron, and Electron the app. */
export type Question =
  | { about: 'request'; url: string; method: string }
  /** By the page itself, by a frame in it, or by the answer of a server. */
  | { about: 'navigation'; window: number; url: string; how?: 'page' | 'frame' | 'redirect' }
  | { about: 'window-open'; window: number; url: string }
  | { about: 'webview'; window: number }
  | { about: 'permission'; permission: string; url: string }
  | { about: 'device' }
  /** A click on an entry of the menu, by its label; whether there is such an entry with an action of the app's own. */
  | { about: 'menu'; label: string };

export interface SchemeAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}
