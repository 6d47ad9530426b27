/** What the page's side of the stand-in is told: `Uint8Array`s as base64, since they come through `page.evaluate`. */
export type ToPage =
  | { kind: 'frame-message'; channel: string; message: unknown; port: number }
  | { kind: 'port-data'; port: number; text?: string; base64?: string }
  | { kind: 'port-closed'; port: number };

export type FromPage =
  | { kind: 'document'; document: string }
  | { kind: 'ipc'; channel: string; args: unknown[]; url: string; top: boolean }
  | { kind: 'port-data'; port: number; data: string }
  | { kind: 'port-closed'; port: number };

declare global {
  interface Window {
    standInTell(message: FromPage): Promise<void>;
    standInDeliver(message: ToPage): void;
  }
}

type Preload = (require: (name: string) => unknown, module: object, exports: object) => void;

/**
 * Runs in each new document before its scripts: makes what a sandboxed preload has (`require('electron')`) and runs the
 * very preload of the app with it. Self-contained, because it is sent to the page as text.
 */
function pageShim(preload: Preload): void {
  // Preloads are for the page itself unless the app asks for more.
  if (window !== window.top) return;
  const tell = (message: FromPage) => void window.standInTell(message);
  tell({ kind: 'document', document: `${performance.timeOrigin}-${Math.random()}` });

  type Listener = (event: { ports: MessagePort[]; senderId: number }, message: unknown) => void;
  const listeners = new Map<string, Listener[]>();
  const ports = new Map<number, MessagePort>();

  /** The bridge copies what it exposes and freezes the copy; a page cannot reach the preload's own objects. */
  const exposed = (value: unknown): unknown => {
    if (typeof value === 'function') return (...args: unknown[]) => value(...structuredClone(args));
    if (typeof value !== 'object' || value === null) return value;
    return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, exposed(entry)])));
  };
  const electron = {
    contextBridge: {
      exposeInMainWorld: (key: string, api: unknown) =>
        Object.defineProperty(window, key, { value: exposed(api), enumerable: true }),
    },
    ipcRenderer: {
      send: (channel: string, ...args: unknown[]) =>
        tell({ kind: 'ipc', channel, args: structuredClone(args), url: location.href, top: true }),
      on(channel: string, listener: Listener) {
        listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
        return electron.ipcRenderer;
      },
    },
  };

  window.standInDeliver = (message) => {
    if (message.kind === 'frame-message') {
      const { port1, port2 } = new MessageChannel();
      ports.set(message.port, port1);
      port1.onmessage = ({ data }) => {
        if (typeof data !== 'string') throw new Error('Only strings go from the page to the main process.');
        tell({ kind: 'port-data', port: message.port, data });
      };
      port1.addEventListener('close', () => tell({ kind: 'port-closed', port: message.port }));
      for (const listener of listeners.get(message.channel) ?? []) {
        listener({ ports: [port2], senderId: 0 }, message.message);
      }
    } else if (message.kind === 'port-data') {
      const { text, base64 } = message;
      const bytes = base64 === undefined ? undefined : Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      ports.get(message.port)?.postMessage(text ?? bytes);
    } else ports.get(message.port)?.close();
  };

  const require = (name: string) => {
    if (name !== 'electron') throw new Error(`module not found: ${name}`);
    return electron;
  };
  const module = { exports: {} };
  preload(require, module, module.exports);
}

/** The script to run first in each document of a window. (The page's policy lets no text become code later.) */
export const pageScript = (preload: string): string =>
  `(${pageShim})(function (require, module, exports) {\n${preload}\n});`;
