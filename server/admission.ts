import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const secretBytes = 16;
const newSecret = (): string => randomBytes(secretBytes).toString('hex');

/** Compares in constant time, whatever the lengths: what is compared are the hashes. */
function same(given: string, secret: string): boolean {
  const [a, b] = [given, secret].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

/**
 * Who may use the host: the browser that opens the printed link first. Its token is good once and is exchanged for a
 * cookie, so the address bar, the history and the list of processes hold nothing that still opens anything. Reloading
 * works by the cookie; so does the link itself, in the browser that has the cookie.
 */
export class Admission {
  readonly token = newSecret();
  readonly #cookie = newSecret();
  readonly #cookieName: string;
  #tokenUsed = false;

  /** @param port browsers keep one jar of cookies for all ports of a host, so the port is part of the name */
  constructor(port: number) {
    this.#cookieName = `pagescope-${port}`;
  }

  /** Takes the token in: the `Set-Cookie` header to answer with, or why there is none. */
  exchange(token: string): { readonly cookie: string } | 'wrong' | 'used' {
    if (!same(token, this.token)) return 'wrong';
    if (this.#tokenUsed) return 'used';
    this.#tokenUsed = true;
    return { cookie: `${this.#cookieName}=${this.#cookie}; HttpOnly; SameSite=Strict; Path=/` };
  }

  /** Whether a `Cookie` header holds ours. */
  knows(cookieHeader: string | undefined): boolean {
    const mine = (cookieHeader ?? '')
      .split(';')
      .map((pair) => pair.trim())
      .find((pair) => pair.startsWith(`${this.#cookieName}=`));
    return mine !== undefined && same(mine.slice(this.#cookieName.length + 1), this.#cookie);
  }
}
