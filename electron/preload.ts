/**
 * The preload of the window: one file of CommonJS, in the sandbox. It gives the page a way to ask for the port to the
 * engine, and nothing else.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { portChannel, requestPortChannel } from './channels.ts';

contextBridge.exposeInMainWorld('pagescope', {
  requestPort(nonce: unknown): void {
    ipcRenderer.send(requestPortChannel, String(nonce));
  },
});

// A port cannot cross the context bridge; a window message carries it into the page.
ipcRenderer.on(portChannel, (event, nonce: unknown) => {
  window.postMessage({ type: portChannel, nonce }, window.location.origin, [...event.ports]);
});
