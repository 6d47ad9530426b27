import { BrowserWindow, type IpcMainEvent, ipcMain, MessageChannelMain, type WebFrameMain } from 'electron';
import { serve } from '../protocol/rpc.ts';
import type { Reader, Service } from '../protocol/service.ts';
import type { Wire } from '../protocol/wire.ts';
import { electronPortWire } from '../protocol/wires/electron-port.ts';
import { maxNonceLength, portChannel, requestPortChannel } from './channels.ts';
import { isOwn } from './scheme.ts';

/** The frame to answer: the page itself, in a window of ours; undefined when anything else asks. */
export function trustedFrame({
  sender,
  senderFrame,
}: Pick<IpcMainEvent, 'sender' | 'senderFrame'>): WebFrameMain | undefined {
  // `null` when the frame has navigated away; one that is disposed throws whatever it is asked.
  if (senderFrame === null || senderFrame.isDestroyed() || senderFrame.parent !== null) return undefined;
  return isOwn(senderFrame.url) && BrowserWindow.fromWebContents(sender) !== null ? senderFrame : undefined;
}

/**
 * Gives each page that asks a port to its own engine. The engine goes when the page reloads, closes or asks
 * again.
 */
export function handOverPorts(makeService: (reader: Reader) => Service): void {
  const wires = new Map<number, Wire>();
  ipcMain.on(requestPortChannel, (event, nonce: unknown) => {
    const frame = trustedFrame(event);
    if (!frame || typeof nonce !== 'string' || nonce.length > maxNonceLength) return;
    const { sender } = event;
    const { port1, port2 } = new MessageChannelMain();
    const wire = electronPortWire(port1);
    const before = wires.get(sender.id);
    wires.set(sender.id, wire);
    if (before) before.close();
    else {
      // The port closes with the page; this is for pages that die without a word.
      sender.on('render-process-gone', () => wires.get(sender.id)?.close());
      sender.once('destroyed', () => {
        wires.get(sender.id)?.close();
        wires.delete(sender.id);
      });
    }
    serve(wire, makeService);
    frame.postMessage(portChannel, nonce, [port2]);
  });
}
