/** Where the pages of the portal are mounted, and what holds for all of them: headers, files, answers to what there is not. */
import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { portalPath } from '../operator/core/portal.ts';
import { type Asset, assets, type PortalTexts } from '../operator/core/portal-texts.ts';
import type { Site } from '../operator/core/site.ts';
import { Pages } from './frame.ts';
import { handbookRoutes } from './handbook/routes.ts';
import type { Shelf } from './handbook/shelf.ts';
import type { Logins } from './login/logins.ts';
import { loginRoutes } from './login/routes.ts';
import type { SessionCookie } from './login/session.ts';
import type { Who } from './login/who.ts';
import { type MailboxProps, mailboxRoutes } from './mailbox/routes.ts';
import type { Changes } from './password/change.ts';
import { passwordRoutes } from './password/routes.ts';
import { Downloads } from './published/downloads.ts';
import { type PublishedProps, publishedRoutes } from './published/routes.ts';

export type AppProps = {
  readonly site: Site;
  readonly texts: PortalTexts;
  readonly changes: Pick<Changes, 'carryOut'>;
  /** The handbooks. */
  readonly shelf: Shelf;
  readonly logins: Pick<Logins, 'carryOut'>;
  readonly cookie: SessionCookie;
  readonly who: Who;
  readonly mailbox: Pick<MailboxProps, 'directory' | 'store' | 'ports' | 'now'>;
  /** The published directory. */
  readonly kept: PublishedProps['kept'];
  /** What nobody foresaw. */
  readonly fault: (error: unknown) => void;
};

export function portalApp(props: AppProps): Hono {
  const { site, texts, changes, shelf, logins, cookie, who, mailbox, kept, fault } = props;
  const app = new Hono({ strict: false });
  const pages = new Pages(site, texts);
  app.use(headers());
  for (const [name, type] of Object.entries(assets)) {
    app.get(`${portalPath}/${name}`, (c) =>
      c.body(texts.files[name as Asset], 200, {
        'content-type': `${type}; charset=utf-8`,
        'cache-control': 'max-age=300',
      }),
    );
  }
  app.route('/', passwordRoutes({ site, texts, pages, changes, fault }));
  app.route('/', handbookRoutes({ site, pages, shelf }));
  app.route('/', loginRoutes({ site, texts, pages, logins, cookie, fault }));
  app.route('/', mailboxRoutes({ site, texts, pages, who, ...mailbox }));
  const downloads = new Downloads(site.published.downloadsPerHour, () => performance.now() / 1000);
  app.route('/', publishedRoutes({ site, words: texts.published, pages, kept, who, downloads }));
  const told = (c: Context, missing: boolean) =>
    c.html(pages.show('none', 'fault.html', { missing }), missing ? 404 : 503, {
      'cache-control': 'no-store',
    });
  app.notFound((c) => told(c, true));
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse();
    fault(error);
    return told(c, false);
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
      imgSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: 'no-referrer',
    permissionsPolicy: { camera: [], geolocation: [], microphone: [] },
    xFrameOptions: 'DENY',
  });
}
