/** The page on which people change their passwords (R25): the form, and what is said of each wish. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { mustChangeQuery, passwordPath } from '../../operator/core/portal.ts';
import type { Outcome } from '../../operator/core/portal-texts.ts';
import type { AppProps } from '../app.ts';
import { clientAddress } from '../client-address.ts';
import { isOurs, tokenFor } from '../form-token.ts';
import type { Pages } from '../frame.ts';
import { longestForm, parseForm } from './form.ts';
import { passwordPage } from './page.ts';

/** What the browser is told where the change did not come about. */
const status = { stale: 403, throttled: 429, busy: 503, unavailable: 503 } as const;

export type PasswordProps = Pick<AppProps, 'site' | 'texts' | 'changes' | 'fault'> & {
  readonly pages: Pages;
};

export function passwordRoutes({ site, texts, pages, changes, fault }: PasswordProps): Hono {
  const app = new Hono({ strict: false });
  const page = (c: Context, outcome?: Outcome, address?: string) =>
    c.html(
      passwordPage(site, texts.words, pages, {
        token: tokenFor(c),
        ...(outcome === undefined ? {} : { outcome }),
        ...(address === undefined ? {} : { address }),
      }),
      status[outcome as keyof typeof status] ?? 200,
    );
  app.get(passwordPath, (c) =>
    page(c, c.req.query(mustChangeQuery) === undefined ? undefined : 'mustChange'),
  );
  app.post(passwordPath, bodyLimit({ maxSize: longestForm }), async (c) => {
    const form = parseForm(await c.req.parseBody());
    if (form === undefined || !isOurs(c, form.token)) return page(c, 'stale', form?.address);
    return page(c, await changes.carryOut(form, clientAddress(c)), form.address);
  });
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    // `bodyLimit` answers it.
    if (error.name !== 'BodyLimitError') fault(error);
    return page(c, 'unavailable');
  });
  return app;
}
