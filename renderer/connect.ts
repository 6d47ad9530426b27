import type { Wire } from '../protocol/wire.ts';
import { messagePortWire } from '../protocol/wires/message-port.ts';
import { webSocketWire } from '../protocol/wires/web-socket.ts';
import { type Bridge, isFromPreload } from './bridge.ts';

const portMessage = 'pagescope:port';

/**
 * The port comes as a window message, because a port cannot cross the context bridge. The nonce ties the answer to this
 * request; `source` tells that it came from the preload of this very window and not from a frame or an opener.
 */
function electronWire(bridge: Bridge): Promise<Wire> {
  const nonce = crypto.randomUUID();
  return new Promise((resolve) => {
    const onMessage = (event: MessageEvent<unknown>): void => {
      if (!isFromPreload(event, portMessage) || event.data.nonce !== nonce) return;
      const port = event.ports[0];
      if (!port) return;
      window.removeEventListener('message', onMessage);
      resolve(messagePortWire(port));
    };
    window.addEventListener('message', onMessage);
    bridge.requestPort(nonce);
  });
}

/** The loopback host: its cookie, set when the one-time token was taken, lets this socket in. */
function browserWire(): Promise<Wire> {
  const socket = new WebSocket(`ws://${location.host}/wire`);
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(webSocketWire(socket)), { once: true });
    socket.addEventListener('close', () => reject(new Error('the socket was refused')), { once: true });
  });
}

/** The pipe to the engine, whichever host this page has. Rejects when the host refuses. */
export function connectWire(): Promise<Wire> {
  return window.pagescope ? electronWire(window.pagescope) : browserWire();
}
