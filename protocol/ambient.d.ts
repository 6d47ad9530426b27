/**
 * The few globals that every place Pagescope runs in has (browsers, Node, Electron), declared here because `protocol/`
 * compiles with neither DOM nor Node types.
 */
interface AbortSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
interface AbortController {
  readonly signal: AbortSignal;
  abort(): void;
}
declare const AbortController: { new (): AbortController };
declare function queueMicrotask(task: () => void): void;
