import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Addresses } from '../../server/addresses.ts';
import { Loopback } from '../support/running-server.ts';

const chinese = /[\u4e00-\u9fff]/;

describe('the link that the loopback host prints', () => {
  it('holds 128 random bits and names the loopback address', async () => {
    await using one = await Loopback.start();
    await using other = await Loopback.start();
    expect(one.server.url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${one.server.port}/\\?token=[0-9a-f]{32}$`));
    expect(one.token).not.toBe(other.token);
  });

  it('is exchanged for a cookie that scripts and other sites cannot use, and leads to the page', async () => {
    await using loopback = await Loopback.start();
    const { status, headers } = await loopback.ask(`/?token=${loopback.token}`);
    expect(status).toBe(303);
    expect(headers.location).toBe('/');
    expect(headers['set-cookie']?.[0]).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(headers['set-cookie']?.[0]).not.toContain(loopback.token);
  });

  it('opens the page by the cookie as often as the person reloads', async () => {
    await using loopback = await Loopback.start();
    const cookie = await loopback.enter();
    for (const _reload of [1, 2]) {
      const { status, body, headers } = await loopback.ask('/', { cookie });
      expect([status, body]).toEqual([200, '<!doctype html><title>page</title>']);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(headers['cache-control']).toBe('no-store');
    }
  });

  it('opens the page again in the browser that used it, and is refused in any other with what to do', async () => {
    await using loopback = await Loopback.start();
    const cookie = await loopback.enter();
    expect((await loopback.ask(`/?token=${loopback.token}`, { cookie })).status).toBe(303);
    const refused = await loopback.ask(`/?token=${loopback.token}`);
    expect(refused.status).toBe(403);
    expect(refused.headers['set-cookie']).toBeUndefined();
    expect(refused.body).toMatch(/works once.*start pagescope again/);
    expect(refused.body).toMatch(chinese);
  });

  it('is not used up by a browser that looks ahead', async () => {
    await using loopback = await Loopback.start();
    const path = `/?token=${loopback.token}`;
    expect((await loopback.ask(path, { 'sec-purpose': 'prefetch;prerender' })).status).toBe(403);
    expect((await loopback.ask(path, {}, 'HEAD')).status).toBe(403);
    expect((await loopback.ask(path)).status).toBe(303);
  });

  it.each(['', '0', 'f'.repeat(32), 'f'.repeat(10_000)])('refuses the token "%.40s" in one sentence', async (token) => {
    await using loopback = await Loopback.start();
    const { status, body, headers } = await loopback.ask(`/?token=${token}`);
    expect(status).toBe(403);
    expect(headers['set-cookie']).toBeUndefined();
    expect(body.split('\n')[0]).toContain('token');
    expect(body).toMatch(chinese);
    expect(await loopback.enter()).not.toBe('');
  });

  it('gives nothing without a token or with the cookie of another run', async () => {
    await using loopback = await Loopback.start();
    await using other = await Loopback.start();
    const cookie = await other.enter();
    // One jar of cookies serves all ports: two hosts must not take each other's away.
    expect(cookie).toMatch(new RegExp(`^pagescope-${other.server.port}=[0-9a-f]{32}$`));
    const named = `pagescope-${loopback.server.port}=${cookie.split('=')[1]}`;
    for (const headers of [{}, { cookie }, { cookie: named }, { cookie: `pagescope-${loopback.server.port}=` }]) {
      for (const path of ['/', '/index.html', '/assets/app-1a2b3c4d.js']) {
        expect((await loopback.ask(path, headers)).status).toBe(403);
      }
    }
  });
});

describe('the files of the page', () => {
  it('come with their type, and those with a hash in their name are kept by the browser', async () => {
    await using loopback = await Loopback.start();
    const { status, headers } = await loopback.ask('/assets/app-1a2b3c4d.js', { cookie: await loopback.enter() });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(headers['cache-control']).toMatch(/^private, .*immutable$/);
  });

  it('come, as refusals do, with headers that keep other pages out and scripts in', async () => {
    await using loopback = await Loopback.start();
    for (const { headers } of [await loopback.ask('/'), await loopback.ask('/', { cookie: await loopback.enter() })]) {
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';");
      expect(headers['content-security-policy']).toContain(`ws://${loopback.host}`);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'x-frame-options': 'DENY',
      });
    }
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
    '/back%5cslash.txt',
    '/back\\slash.txt',
    '//secret.txt',
    '/%00',
    '/.hidden.txt',
    '/assets',
    '/assets/',
    '/index.html/x.js',
    '/%',
    '/missing.js',
  ])('are all there is: %s gives 404', async (path) => {
    await using loopback = await Loopback.start();
    const { status, body } = await loopback.ask(path, { cookie: await loopback.enter() });
    expect(status).toBe(404);
    expect(body).not.toMatch(/secret beside|hidden/);
  });

  it('are not given to a name that was made to point here, nor to pages of other sites', async () => {
    await using loopback = await Loopback.start();
    const cookie = await loopback.enter();
    const port = loopback.server.port;
    const refused = [
      { host: `evil.example:${port}` },
      { host: '127.0.0.1' },
      { host: `127.0.0.1.evil.example:${port}` },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://localhost:${port}` },
    ];
    for (const headers of refused) expect((await loopback.ask('/', { cookie, ...headers })).status).toBe(403);
    for (const headers of [{ host: `localhost:${port}` }, { origin: `http://${loopback.host}` }]) {
      expect((await loopback.ask('/', { cookie, ...headers })).status).toBe(200);
    }
  });

  it('have the names of the machine with the port, which browsers leave out when it is 80', () => {
    const ours = (port: number, host: string) => new Addresses(port).isOurs({ headers: { host } } as IncomingMessage);
    expect([ours(80, 'localhost'), ours(80, '127.0.0.1:80'), ours(8080, 'localhost')]).toEqual([true, true, false]);
  });

  it('are only read', async () => {
    await using loopback = await Loopback.start();
    const cookie = await loopback.enter();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await loopback.ask('/', { cookie }, method);
      expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
    }
    const { status, body } = await loopback.ask('/', { cookie }, 'HEAD');
    expect([status, body]).toEqual([200, '']);
  });
});
