/** What the form of the login sends. */
import { z } from 'zod';
import { portalPath, portalPaths } from '../../operator/core/portal.ts';

/** Characters of the page that somebody wanted to see. */
const longestNext = 500;

const form = z.object({
  token: z.string().max(100).default(''),
  address: z.string().max(255).trim().default(''),
  password: z.string().max(256).default(''),
  next: z.string().max(longestNext).default(''),
});
export type LoginForm = Readonly<z.infer<typeof form>>;

/** The largest body that is read: two fields, each character as three of `%41`, and the token. */
export const longestLogin = 8_192;

/** @returns undefined for what the page does not send */
export function parseLogin(body: unknown): LoginForm | undefined {
  return form.safeParse(body).data;
}

/** Where the person wanted to go: a page of the portal, whatever was asked for. */
export function pageAfter(next: string): string {
  const [path = ''] = next.split('?');
  const isOurs = portalPaths.some((ours) => path === ours || path.startsWith(`${ours}/`));
  // A browser goes up for `%2e%2e` as well.
  const goesUp = next.replaceAll(/%2e/gi, '.').includes('..');
  const isPlain = next.length <= longestNext && /^[\w/.?=&%+-]+$/.test(next);
  return isOurs && isPlain && !goesUp ? next : portalPath;
}
