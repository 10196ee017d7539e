/** The browser's address, by which guesses are counted. */
import type { Context } from 'hono';

/** Set by the webmail's web server, the only one that gets in. */
export const clientHeader = 'x-client-address';

/** @throws Error where nobody has set it */
export function clientAddress(c: Context): string {
  const address = c.req.header(clientHeader);
  if (address === undefined) throw new Error(`no ${clientHeader}: who asks is not the webmail`);
  return address;
}
