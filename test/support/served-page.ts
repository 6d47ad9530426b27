/**
 * The page behind the address that `pagescope serve` prints, as a browser gets it: the token is exchanged for a cookie.
 *
 * @param address with the token
 */
export async function servedPage(address: string): Promise<string> {
  const exchanged = await fetch(address, { redirect: 'manual' });
  const cookie = exchanged.headers.getSetCookie().map((each) => each.split(';')[0]);
  const page = await fetch(new URL(exchanged.headers.get('location') ?? '/', address), {
    headers: { cookie: cookie.join('; ') },
  });
  return await page.text();
}
