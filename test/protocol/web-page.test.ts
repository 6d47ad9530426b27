import { expect, it } from 'vitest';
import { pageFile, pageHeaders } from '../../protocol/web-page.ts';

const none: readonly string[] = [
  ...['', 'index.html', '/..', '/../secret.txt', '/a/../b.js', '/%2e%2e/secret.txt', '/a%2f..%2fb.js', '/./a.js'],
  ...['/..\\secret.txt', '/..%5csecret.txt', '/a\\..\\b.js', '/a%5cb.js', '/a\0.js', '/a%00.js', '/.env', '/a/.b.js'],
  ...['//a.js', '/a//b.js', '/a/', '/%', '/%ff.js', '/assets', '/a.exe', '/a.constructor', '/a.__proto__', '/C:\\a.js'],
];

it.each(none)('no file of the page is meant by %j', (path) => expect(pageFile(path)).toBeUndefined());

it.each([
  ['/', ['index.html'], 'text/html; charset=utf-8', false],
  ['/index.html', ['index.html'], 'text/html; charset=utf-8', false],
  ['/assets/app-1a2b.js', ['assets', 'app-1a2b.js'], 'text/javascript; charset=utf-8', true],
  ['/assets.js', ['assets.js'], 'text/javascript; charset=utf-8', false],
  ['/other/app.css', ['other', 'app.css'], 'text/css; charset=utf-8', false],
  ['/a%20b.svg', ['a b.svg'], 'image/svg+xml; charset=utf-8', false],
] as const)(
  '%s means its file, and for ever only where its name holds a hash',
  (path, segments, mediaType, immutable) => {
    expect(pageFile(path)).toEqual({ segments, mediaType, immutable });
  },
);

it('the page may load what comes with it, connect to its own origin and what was named, and nothing else', () => {
  const headers = pageHeaders(['ws://127.0.0.1:1234']);
  const policy = (headers['Content-Security-Policy'] ?? '').split('; ');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("connect-src 'self' ws://127.0.0.1:1234");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(pageHeaders()['Content-Security-Policy']).toContain("connect-src 'self';");
  expect(headers).toMatchObject({ 'X-Content-Type-Options': 'nosniff', 'X-Frame-Options': 'DENY' });
});
