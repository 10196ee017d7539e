/** A form is ours that brings back what the browser's cookie holds, which no other page can read or set. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

const cookie = '__Host-hopthu_portal';

/** The token for the forms of a page, which nobody may keep. */
export function tokenFor(c: Context): string {
  c.header('cache-control', 'no-store');
  const known = getCookie(c, cookie);
  if (known !== undefined && /^[\w-]{43}$/.test(known)) return known;
  const token = randomBytes(32).toString('base64url');
  setCookie(c, cookie, token, { path: '/', secure: true, httpOnly: true, sameSite: 'Strict' });
  return token;
}

/** @param token that came with the form */
export function isOurs(c: Context, token: string): boolean {
  const known = Buffer.from(getCookie(c, cookie) ?? '');
  const given = Buffer.from(token);
  const site = c.req.header('sec-fetch-site');
  const sameSite = site === undefined || site === 'same-origin';
  return sameSite && known.length === 43 && known.length === given.length && timingSafeEqual(known, given);
}
