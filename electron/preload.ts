/**
 * The preload of the window: one file of CommonJS, in the sandbox. It gives the page a way to ask for the port to the
 * engine, one to let a person choose a file, the path of one that was dropped, word of its exports, the address that it
 * is to show, the keys of its menu, and nothing else.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import {
  chooseFileChannel,
  keyChannel,
  portChannel,
  requestPortChannel,
  savedChannel,
  showChannel,
} from './channels.ts';

contextBridge.exposeInMainWorld('pagescope', {
  requestPort(nonce: unknown): void {
    ipcRenderer.send(requestPortChannel, String(nonce));
  },
  chooseFile(title: unknown, path: unknown): Promise<unknown> {
    return ipcRenderer.invoke(chooseFileChannel, String(title), String(path));
  },
  pathOf(file: unknown): string {
    return file instanceof File ? webUtils.getPathForFile(file) : '';
  },
});

// A port cannot cross the context bridge; a window message carries it into the page.
ipcRenderer.on(portChannel, (event, nonce: unknown) => {
  window.postMessage({ type: portChannel, nonce }, window.location.origin, [...event.ports]);
});
ipcRenderer.on(savedChannel, (_event, end: unknown) => {
  window.postMessage({ type: savedChannel, end }, window.location.origin);
});
ipcRenderer.on(showChannel, (_event, address: unknown) => {
  window.location.hash = String(address);
});
ipcRenderer.on(keyChannel, (_event, pressed: unknown) => {
  if (typeof pressed !== 'object' || pressed === null) return;
  // At the root, so that no field takes it for text.
  document.documentElement.dispatchEvent(new KeyboardEvent('keydown', { ...pressed, bubbles: true, cancelable: true }));
});
