import type { IncomingMessage } from 'node:http';

/** The one address that this host listens on. */
export const loopback = '127.0.0.1';

/**
 * The names under which this host may be called. A page of another site that makes its own name point to 127.0.0.1 (DNS
 * rebinding) sends that name as `Host`.
 */
export class Addresses {
  readonly #hosts: ReadonlySet<string>;

  constructor(port: number) {
    const names = [loopback, 'localhost'];
    this.#hosts = new Set([...names.map((name) => `${name}:${port}`), ...(port === 80 ? names : [])]);
  }

  /** Where the page's socket may connect to, for its policy. */
  get sockets(): string[] {
    return [...this.#hosts].map((host) => `ws://${host}`);
  }

  isOurs(request: IncomingMessage): boolean {
    return this.#hosts.has(request.headers.host ?? '');
  }

  /** Whether a page of ours sent this request, by what its browser says. Browsers name the origin of every socket. */
  isFromOurPage(request: IncomingMessage): boolean {
    return this.isOurs(request) && request.headers.origin === `http://${request.headers.host}`;
  }
}
