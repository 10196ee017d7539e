/** What the portal answers: the form, the change, and what the page loads. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { type Outcome, type PortalTexts, passwordPath, portalPath } from '../operator/core/portal.ts';
import type { Site } from '../operator/core/site.ts';
import type { Changes } from './change.ts';
import { longestForm, parseForm } from './form.ts';
import { passwordPage } from './page.ts';

/** Set by the webmail's web server, the only one that gets in. */
export const clientHeader = 'x-client-address';

export type AppProps = {
  readonly site: Site;
  readonly texts: PortalTexts;
  readonly changes: Pick<Changes, 'carryOut'>;
  /** What nobody foresaw. */
  readonly fault: (error: unknown) => void;
};

const cookie = '__Host-hopthu_portal';
const assets = { 'style.css': 'text/css', 'rules.js': 'text/javascript' } as const;
/** What the browser is told where the change did not come about. */
const status = { stale: 403, throttled: 429, busy: 503, unavailable: 503 } as const;

export function portalApp({ site, texts, changes, fault }: AppProps): Hono {
  const app = new Hono({ strict: false });
  const page = (c: Context, outcome?: Outcome, address?: string) =>
    c.html(
      passwordPage(site, texts, {
        token: tokenFor(c),
        ...(outcome === undefined ? {} : { outcome }),
        ...(address === undefined ? {} : { address }),
      }),
      status[outcome as keyof typeof status] ?? 200,
    );
  app.use(headers());
  app.get(portalPath, (c) => c.redirect(passwordPath));
  app.get(passwordPath, (c) => page(c));
  app.post(passwordPath, bodyLimit({ maxSize: longestForm }), async (c) => {
    const form = parseForm(await c.req.parseBody());
    if (form === undefined || !isOurs(c, form.token)) return page(c, 'stale', form?.address);
    const address = c.req.header(clientHeader);
    if (address === undefined) throw new Error(`no ${clientHeader}: who asks is not the webmail`);
    return page(c, await changes.carryOut(form, address), form.address);
  });
  for (const [name, type] of Object.entries(assets)) {
    app.get(`${portalPath}/${name}`, (c) =>
      c.body(texts.files[name as keyof typeof assets], 200, {
        'content-type': `${type}; charset=utf-8`,
        'cache-control': 'max-age=300',
      }),
    );
  }
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    // `bodyLimit` answers it.
    if (error.name !== 'BodyLimitError') fault(error);
    return page(c, 'unavailable');
  });
  return app;
}

/** Nothing but our own files, nothing kept by anybody, no word to others of where somebody was. */
function headers() {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: 'no-referrer',
    permissionsPolicy: { camera: [], geolocation: [], microphone: [] },
    xFrameOptions: 'DENY',
  });
}

/** The token that the form must bring back: what the browser's cookie holds, which no other page can read or set. */
function tokenFor(c: Context): string {
  c.header('cache-control', 'no-store');
  const known = getCookie(c, cookie);
  if (known !== undefined && /^[\w-]{43}$/.test(known)) return known;
  const token = randomBytes(32).toString('base64url');
  setCookie(c, cookie, token, { path: '/', secure: true, httpOnly: true, sameSite: 'Strict' });
  return token;
}

function isOurs(c: Context, token: string): boolean {
  const known = Buffer.from(getCookie(c, cookie) ?? '');
  const given = Buffer.from(token);
  const site = c.req.header('sec-fetch-site');
  const sameSite = site === undefined || site === 'same-origin';
  return sameSite && known.length === 43 && known.length === given.length && timingSafeEqual(known, given);
}
