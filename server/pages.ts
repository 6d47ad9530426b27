import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pageFile, pageHeaders } from '../protocol/web-page.ts';
import type { Addresses } from './addresses.ts';
import type { Admission } from './admission.ts';
import { type Refusal, refusalBody, refusals } from './refusals.ts';

const yearSeconds = 365 * 24 * 3600;
const onwards = (path: string) => `<!doctype html><meta http-equiv="refresh" content="0;url=${path}">`;

/** Answers HTTP requests: the exchange of the token, then the files of the built page to those who have the cookie. */
export class Pages {
  readonly #folder: string;
  readonly #admission: Admission;
  readonly #addresses: Addresses;
  readonly #headers: Record<string, string>;
  readonly #first: string;

  /** @param show what comes first, as `startServer` takes it */
  constructor(folder: string, admission: Admission, addresses: Addresses, show = '') {
    this.#first = `/${show}`;
    this.#folder = folder;
    this.#admission = admission;
    this.#addresses = addresses;
    this.#headers = pageHeaders(addresses.sockets);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(this.#headers)) response.setHeader(name, value);
    response.setHeader('Cache-Control', 'no-store');
    const refusal = this.#refusal(request);
    const address = `http://${request.headers.host}${request.url}`;
    // Early releases of Node 20 have no URL.parse.
    const target = URL.canParse(address) ? new URL(address) : undefined;
    const token = target?.searchParams.get('token');
    if (refusal) refuse(response, refusal);
    else if (!target) refuse(response, refusals.notFound);
    else if (typeof token === 'string') this.#exchange(request, response, token);
    else if (this.#admission.knows(request.headers.cookie)) await this.#file(response, target.pathname);
    else refuse(response, refusals.noToken);
  }

  #refusal(request: IncomingMessage): Refusal | undefined {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refusals.method;
    if (!this.#addresses.isOurs(request)) return refusals.foreign;
    // Browsers name the origin of what a page fetches, not of an address that a person opens.
    const fetchedElsewhere = request.headers.origin !== undefined && !this.#addresses.isFromOurPage(request);
    return fetchedElsewhere ? refusals.foreign : undefined;
  }

  #exchange(request: IncomingMessage, response: ServerResponse, token: string): void {
    const known = this.#admission.knows(request.headers.cookie);
    // A browser or a mail scanner that looks ahead must not use up the person's link.
    const lookingAhead = request.method === 'HEAD' || request.headers['sec-purpose']?.includes('prefetch');
    const answer = known ? 'known' : lookingAhead ? 'ahead' : this.#admission.exchange(token);
    if (answer === 'ahead') refuse(response, refusals.prefetch);
    else if (answer === 'used') refuse(response, refusals.usedToken);
    else if (answer === 'wrong') refuse(response, refusals.wrongToken);
    else {
      if (answer !== 'known') response.setHeader('Set-Cookie', answer.cookie);
      // Who comes from another site's page (the one that hands our window its link) would not send a strict cookie
      // along with a redirect: ours sends it to the page itself.
      if (request.headers['sec-fetch-site'] === 'cross-site') {
        response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(onwards(this.#first));
      } else response.writeHead(303, { Location: this.#first }).end();
    }
  }

  async #file(response: ServerResponse, pathname: string): Promise<void> {
    const file = pageFile(pathname);
    const content = file && (await readFile(join(this.#folder, ...file.segments)).catch(() => undefined));
    if (!file || !content) {
      refuse(response, refusals.notFound);
      return;
    }
    if (file.immutable) response.setHeader('Cache-Control', `private, max-age=${yearSeconds}, immutable`);
    response.writeHead(200, { 'Content-Type': file.mediaType, 'Content-Length': content.byteLength }).end(content);
  }
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  if (refusal.status === 405) response.setHeader('Allow', 'GET, HEAD');
  response.writeHead(refusal.status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(refusalBody(refusal));
}
