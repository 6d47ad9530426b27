/** What the page's side of the stand-in is told: `Uint8Array`s as base64, since all of it travels as JSON. */
export type ToPage =
  | { kind: 'frame-message'; channel: string; message: unknown; port: number }
  | { kind: 'sent'; channel: string; message: unknown }
  | { kind: 'invoked'; call: number; value: unknown }
  | { kind: 'port-data'; port: number; text?: string; base64?: string }
  | { kind: 'port-closed'; port: number };

export type FromPage =
  | { kind: 'document'; document: string }
  | { kind: 'ipc'; channel: string; args: unknown[]; url: string; top: boolean; call?: number }
  | { kind: 'port-data'; port: number; data: string }
  | { kind: 'port-closed'; port: number };

declare global {
  interface Window {
    /** In the preload's world alone. */
    standInTell(message: string): void;
    standInDeliver(message: ToPage): void;
  }
}

/** The world of the preload, as DevTools name it. */
export const preloadWorld = 'preload';

type Preload = (require: (name: string) => unknown, module: object, exports: object) => void;

/**
 * Runs in each new document in a world of its own, before the page's scripts: makes what a sandboxed preload has
 * (`require('electron')`) and runs the very preload of the app with it. Self-contained, because it is sent as text.
 */
function preloadSide(preload: Preload): void {
  // Preloads are for the page itself unless the app asks for more.
  if (window !== window.top) return;
  const tell = (message: FromPage) => window.standInTell(JSON.stringify(message));
  tell({ kind: 'document', document: `${performance.timeOrigin}-${Math.random()}` });

  type Listener = (event: { ports: MessagePort[]; senderId: number }, message: unknown) => void;
  const listeners = new Map<string, Listener[]>();
  const ports = new Map<number, MessagePort>();
  const calls: ((value: unknown) => void)[] = [];

  // The bridge: only what can be copied crosses it, as text in events of the document, which both worlds share.
  type Api = Record<string, (...args: unknown[]) => unknown>;
  const exposed = new Map<string, Api>();
  const toPage = (what: string, detail: unknown) =>
    document.dispatchEvent(new CustomEvent(`stand-in:${what}`, { detail: JSON.stringify(detail) }));
  const expose = (key: string, api: Api) => toPage('expose', { key, names: Object.keys(api) });
  document.addEventListener('stand-in:page', () => {
    for (const [key, api] of exposed) expose(key, api);
  });
  document.addEventListener('stand-in:call', (event) => {
    const { id, key, name, args } = JSON.parse((event as CustomEvent<string>).detail);
    const result = exposed.get(key)?.[name]?.(...args);
    const answer = (value: unknown) => toPage('answer', { id, value: value ?? null });
    if (result instanceof Promise) void result.then(answer);
    else answer(result);
  });

  const electron = {
    contextBridge: {
      exposeInMainWorld(key: string, api: Api) {
        exposed.set(key, api);
        expose(key, api);
      },
    },
    ipcRenderer: {
      send: (channel: string, ...args: unknown[]) =>
        tell({ kind: 'ipc', channel, args: structuredClone(args), url: location.href, top: true }),
      invoke(channel: string, ...args: unknown[]) {
        const call = calls.length;
        tell({ kind: 'ipc', channel, args: structuredClone(args), url: location.href, top: true, call });
        return new Promise((resolve) => {
          calls[call] = resolve;
        });
      },
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
    } else if (message.kind === 'sent') {
      for (const listener of listeners.get(message.channel) ?? [])
        listener({ ports: [], senderId: 0 }, message.message);
    } else if (message.kind === 'invoked') calls[message.call]?.(message.value);
    else if (message.kind === 'port-data') {
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

/** The same in the page's own world: what the bridge exposes, as frozen copies that call through to the preload. */
function pageSide(): void {
  if (window !== window.top) return;
  let last = 0;
  const waiting = new Map<number, (value: unknown) => void>();
  const detailOf = (event: Event) => JSON.parse((event as CustomEvent<string>).detail);
  document.addEventListener('stand-in:expose', (event) => {
    const { key, names }: { key: string; names: string[] } = detailOf(event);
    if (key in window) return;
    const call =
      (name: string) =>
      (...args: unknown[]) =>
        new Promise((resolve) => {
          const id = ++last;
          waiting.set(id, resolve);
          const detail = JSON.stringify({ id, key, name, args });
          document.dispatchEvent(new CustomEvent('stand-in:call', { detail }));
        });
    const value = Object.freeze(Object.fromEntries(names.map((name) => [name, call(name)])));
    Object.defineProperty(window, key, { value, enumerable: true });
  });
  document.addEventListener('stand-in:answer', (event) => {
    const { id, value } = detailOf(event);
    waiting.get(id)?.(value);
    waiting.delete(id);
  });
  document.dispatchEvent(new CustomEvent('stand-in:page'));
}

/** The script to run first in each document, in the preload's world. (The page's policy lets no text become code.) */
export const preloadScript = (preload: string): string =>
  `(${preloadSide})(function (require, module, exports) {\n${preload}\n});`;

/** The one for the page's own world. */
export const pageScript = `(${pageSide})();`;
