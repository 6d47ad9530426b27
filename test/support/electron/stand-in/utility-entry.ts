/** Runs an app's utility process under Node: gives it `process.parentPort`, then loads it. */
import { EventEmitter } from 'node:events';
import { pathToFileURL } from 'node:url';
import { MessageChannelMain, type MessagePortMain } from './message-channel-main.ts';
import { reserve } from './reserve.ts';
import type { UtilityMessage } from './utility-process.ts';

reserve();
const parentPort = new EventEmitter();
Object.defineProperty(process, 'parentPort', { value: parentPort });

const { STAND_IN_LAB_EXITS: exits } = process.env;
// As in Electron, by which the app tells where it runs.
Object.defineProperty(process, 'versions', { value: { ...process.versions, electron: '45.4.1' } });

const ports = new Map<number, MessagePortMain>();
const send = (message: UtilityMessage) => process.send?.(message, undefined, undefined, () => {});

/** The end that the app gets of a port that came with a message. */
function receivePort(number: number): MessagePortMain {
  const { port1, port2 } = new MessageChannelMain();
  ports.set(number, port2);
  port2.on('message', ({ data }) => send({ kind: 'port-data', port: number, data }));
  port2.on('close', () => send({ kind: 'port-closed', port: number }));
  port2.start();
  return port1;
}

// Messages wait until the app listens.
const waiting: UtilityMessage[] = [];
let listening = false;

function received(message: UtilityMessage): void {
  if (!listening) waiting.push(message);
  else if (exits !== undefined && message.kind === 'port-data') process.exit(Number(exits));
  else if (message.kind === 'message') {
    const transferred = message.port === null ? [] : [receivePort(message.port)];
    parentPort.emit('message', { data: message.data, ports: transferred });
  } else if (message.kind === 'port-data') ports.get(message.port)?.postMessage(message.data);
  else ports.get(message.port)?.close();
}

process.on('message', received);
process.on('disconnect', () => process.exit(0));

const [, , modulePath = ''] = process.argv;
await import(pathToFileURL(modulePath).href);
listening = true;
for (const message of waiting) received(message);
