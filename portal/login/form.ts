/** What the form of the login sends. */
import { z } from 'zod';
import { portalPath, portalPaths } from '../../operator/core/portal.ts';

const form = z.object({
  token: z.string().max(100).default(''),
  address: z.string().max(255).trim().default(''),
  password: z.string().max(256).default(''),
  next: z.string().max(500).default(''),
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
  return isOurs && /^[\w/.?=&%+-]+$/.test(next) && !next.includes('..') ? next : portalPath;
}
