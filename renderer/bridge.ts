/** What the desktop app's preload puts into the page. */
export interface Bridge {
  /** Asks for the port to the engine; it comes as a window message with the nonce beside it. */
  requestPort(nonce: string): void;
  /** Lets a person choose a file; null when they choose none. `path`: where to begin, if it is absolute. */
  chooseFile(title: string, path: string): Promise<string | null>;
  /** The path of a file that a person dropped or chose; empty for one that lies in no folder. */
  pathOf(file: File): string;
}

declare global {
  interface Window {
    readonly pagescope?: Bridge;
  }
}

/** A window message from the preload of this very window, and not from a frame or an opener. */
export const isFromPreload = (
  event: MessageEvent<unknown>,
  type: string,
): event is MessageEvent<Record<string, unknown>> =>
  event.source === window &&
  typeof event.data === 'object' &&
  event.data !== null &&
  'type' in event.data &&
  event.data.type === type;
