/** Who is logged in: for every page that shows more to some than to others. */
import type { Context } from 'hono';
import { loginPath } from '../../operator/core/portal.ts';
import type { DirectoryEntry } from '../../operator/ports.ts';
import type { LoginDirectory } from './directory.ts';
import type { PastLogin } from './past-logins.ts';
import type { SessionCookie } from './session.ts';

export type SignedIn = {
  /** What the portal reads of her, as of now: name, addresses, organization, delegates. */
  readonly entry: DirectoryEntry;
  /** Generalized time of the access before this login, as far as there was one. */
  readonly before?: string;
  /** The latest logins up to this one, the latest first; absent where they could not be read. */
  readonly logins?: readonly PastLogin[];
};

/**
 * Asks the directory at each call: nobody stays in after a suspension or with a former password.
 * @returns undefined where nobody is logged in
 * @throws Unavailable
 */
export type Who = (c: Context) => Promise<SignedIn | undefined>;

export function whoIsIn(cookie: SessionCookie, directory: Pick<LoginDirectory, 'holder'>): Who {
  return async (c) => {
    const session = await cookie.read(c);
    const entry = session === undefined ? undefined : await directory.holder(session);
    if (session === undefined || entry === undefined) return undefined;
    const { before, logins } = session;
    return {
      entry,
      ...(before === undefined ? {} : { before }),
      ...(logins === undefined ? {} : { logins }),
    };
  };
}

/** To the login, and back to the page that was asked for. */
export function toLogin(c: Context): Response {
  c.header('cache-control', 'no-store');
  return c.redirect(loginAndBack(c), 303);
}

/** A link to the login, which leads back to the page that was asked for. */
export function loginAndBack(c: Context): string {
  const { pathname, search } = new URL(c.req.url);
  return c.req.method === 'GET' ? `${loginPath}?tiep=${encodeURIComponent(pathname + search)}` : loginPath;
}
