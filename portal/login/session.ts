/** A session is a sealed cookie: every pod opens it, and none has to remember it. */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { seal, unseal } from './seal.ts';

const session = z.object({
  /** `uid` of the entry. */
  account: z.string(),
  /** `pwdChangedTime` at the login: the session ends with the password. */
  password: z.string(),
  /** Seconds since the epoch. */
  from: z.number(),
  /** Generalized time of the access before this login, as far as the directory knew of one. */
  before: z.string().optional(),
  /** The latest logins up to this one, the latest first: seconds since the epoch, and whether it was let in. */
  logins: z
    .array(z.object({ at: z.number(), succeeded: z.boolean() }))
    .readonly()
    .optional(),
});
export type Session = Readonly<z.infer<typeof session>>;

export type SessionCookieProps = {
  /** Read before every use, so that it may be replaced, which ends every session. */
  readonly key: () => Promise<string>;
  readonly minutes: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** Another one than the webmail's, which is on the same host: a login here is no logout there. */
const name = '__Host-hopthu_portal_session';
const purpose = 'session of the portal';
const options = { path: '/', secure: true, httpOnly: true, sameSite: 'Strict' } as const;

export class SessionCookie {
  readonly #props: SessionCookieProps;

  constructor(props: SessionCookieProps) {
    this.#props = props;
  }

  async begin(c: Context, who: Omit<Session, 'from'>): Promise<void> {
    const { key, minutes, now } = this.#props;
    const text = JSON.stringify({ ...who, from: Math.floor(now() / 1000) } satisfies Session);
    setCookie(c, name, seal(await key(), purpose, text), { ...options, maxAge: minutes * 60 });
  }

  /** @returns undefined where there is none, it is too old, or nobody of us has sealed it */
  async read(c: Context): Promise<Session | undefined> {
    const { key, minutes, now } = this.#props;
    const cookie = getCookie(c, name);
    const text = cookie === undefined ? undefined : unseal(await key(), purpose, cookie);
    if (text === undefined) return undefined;
    // Of another release, perhaps.
    const found = session.safeParse(JSON.parse(text)).data;
    const age = now() / 1000 - (found?.from ?? 0);
    return age >= -60 && age < minutes * 60 ? found : undefined;
  }

  end(c: Context): void {
    deleteCookie(c, name, options);
  }
}
