/** Login and logout. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { loginPath, logoutPath, mustChangeQuery, passwordPath } from '../../operator/core/portal.ts';
import type { LoginOutcome, PortalTexts } from '../../operator/core/portal-texts.ts';
import type { Site } from '../../operator/core/site.ts';
import { clientAddress } from '../client-address.ts';
import { isOurs, tokenFor } from '../form-token.ts';
import type { Pages } from '../frame.ts';
import { longestLogin, pageAfter, parseLogin } from './form.ts';
import type { Logins } from './logins.ts';
import type { SessionCookie } from './session.ts';

export type LoginProps = {
  readonly site: Site;
  readonly texts: PortalTexts;
  readonly pages: Pages;
  readonly logins: Pick<Logins, 'carryOut'>;
  readonly cookie: SessionCookie;
  /** What nobody foresaw. */
  readonly fault: (error: unknown) => void;
};

/** What the browser is told where nobody came in. */
const status = { stale: 403, throttled: 429, busy: 503, unavailable: 503 } as const;

export function loginRoutes({ site, texts, pages, logins, cookie, fault }: LoginProps): Hono {
  const app = new Hono({ strict: false });
  const page = (c: Context, { next = '', address = '', outcome }: Shown) => {
    const html = pages.show('mailbox', 'login.html', {
      message: outcome === undefined ? '' : texts.login[outcome],
      ...{ address, action: loginPath, token: tokenFor(c), domain: site.domain, next: pageAfter(next) },
    });
    return c.html(html, status[outcome as keyof typeof status] ?? 200);
  };
  app.get(loginPath, (c) => page(c, { next: c.req.query('tiep') ?? '' }));
  app.post(loginPath, bodyLimit({ maxSize: longestLogin }), async (c) => {
    const form = parseLogin(await c.req.parseBody());
    if (form === undefined || !isOurs(c, form.token)) return page(c, { ...form, outcome: 'stale' });
    const entered = await logins.carryOut(form, clientAddress(c));
    c.header('cache-control', 'no-store');
    if (entered.outcome === 'mustChange') return c.redirect(`${passwordPath}?${mustChangeQuery}`, 303);
    if (entered.outcome !== 'in') return page(c, { ...form, outcome: entered.outcome });
    await cookie.begin(c, entered.session);
    return c.redirect(pageAfter(form.next), 303);
  });
  app.post(logoutPath, bodyLimit({ maxSize: longestLogin }), async (c) => {
    const { token } = await c.req.parseBody();
    if (typeof token !== 'string' || !isOurs(c, token)) return page(c, { outcome: 'stale' });
    cookie.end(c);
    return c.redirect(loginPath, 303);
  });
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    // `bodyLimit` answers it.
    if (error.name !== 'BodyLimitError') fault(error);
    return page(c, { outcome: 'unavailable' });
  });
  return app;
}

type Shown = { readonly next?: string; readonly address?: string; readonly outcome?: LoginOutcome };
