/** What the portal answers below /danh-ba: the tree, organizations, what somebody searches, and files (R40). */
import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { suffixOf } from '../../operator/core/layout.ts';
import type { Html } from '../../operator/core/page-template.ts';
import { publishedPath } from '../../operator/core/portal.ts';
import { showsMoreToMembers, type Viewer, visibleTo } from '../../operator/core/published.ts';
import type { FileWords } from '../../operator/core/published-texts.ts';
import type { Site } from '../../operator/core/site.ts';
import { directoryDomain } from '../../operator/core/site-domains.ts';
import { Unavailable } from '../../operator/errors.ts';
import { clientAddress } from '../client-address.ts';
import type { Pages } from '../frame.ts';
import { loginAndBack, toLogin, type Who } from '../login/who.ts';
import { cardsOf } from './cards.ts';
import type { Downloads } from './downloads.ts';
import { type Format, fileOf, formats } from './formats.ts';
import type { KeptDirectory, View } from './kept.ts';
import type { Organization } from './model.ts';
import { foundPage, organizationPage, type PageProps, type Places, treePage } from './pages.ts';
import { wordsOf } from './search.ts';

export type PublishedProps = {
  readonly site: Site;
  readonly words: FileWords;
  readonly pages: Pages;
  readonly kept: Pick<KeptDirectory, 'view'>;
  readonly who: Who;
  readonly downloads: Pick<Downloads, 'take'>;
};

const name = 'danh-ba';
const organizationPath = `${publishedPath}/don-vi`;

const places: Places = {
  home: publishedPath,
  search: publishedPath,
  organization: ({ slug }) => `${organizationPath}/${slug}`,
  file: (format, organization) =>
    organization === undefined
      ? `${publishedPath}/${name}.${format}`
      : `${organizationPath}/${organization.slug}/${name}.${format}`,
};

export function publishedRoutes(props: PublishedProps): Hono {
  const app = new Hono();
  const page = (c: Context, content: Html) => c.html(props.pages.frame('published', content));
  app.get(publishedPath, (c) =>
    answer(c, props, ({ directory, index }, shown) => {
      const query = (c.req.query('q') ?? '').slice(0, 100);
      if (wordsOf(query).length === 0) return page(c, treePage(shown, directory));
      return page(c, foundPage(shown, query, index.find(query), Number(c.req.query('trang'))));
    }),
  );
  const organizationOf = (c: Context, { directory }: View) => directory.bySlug.get(c.req.param('slug') ?? '');
  app.get(`${organizationPath}/:slug`, (c) =>
    answer(c, props, (view, shown) => {
      const one = organizationOf(c, view);
      return one && page(c, organizationPage(shown, one, Number(c.req.query('trang'))));
    }),
  );
  for (const format of Object.keys(formats) as Format[]) {
    app.get(`${publishedPath}/${name}.${format}`, (c) =>
      answer(c, props, (view, _, viewer) => file(c, props, format, { view, viewer }, view.directory.roots)),
    );
    app.get(`${organizationPath}/:slug/${name}.${format}`, (c) =>
      answer(c, props, (view, _, viewer) => {
        const one = organizationOf(c, view);
        return one && file(c, props, format, { view, viewer }, [one]);
      }),
    );
  }
  return app;
}

/** What who asks may see, or why there is nothing to see. */
async function answer(
  c: Context,
  { site, pages, kept, who }: PublishedProps,
  show: (view: View, shown: PageProps, viewer: Viewer) => Response | Promise<Response> | undefined,
): Promise<Response> {
  // Who logs in or out sees another directory under the same address.
  c.header('cache-control', 'private, no-cache');
  const viewer = await viewerOf(c, who);
  const listed = (one: Viewer) => visibleTo(one, site.published).organizations.listed;
  if (!listed('members')) return c.notFound();
  if (!listed(viewer)) return toLogin(c);
  const view = kept.view(viewer);
  if (view === undefined) return c.html(pages.show('published', 'published-closed.html', {}), 503);
  const { readAt } = view;
  const more = viewer === 'public' && showsMoreToMembers(site.published);
  const shown = { pages, places, readAt, ...(more ? { login: loginAndBack(c) } : {}) };
  return (await show(view, shown, viewer)) ?? c.notFound();
}

/** Who cannot be told for the moment sees what everybody sees. */
async function viewerOf(c: Context, who: Who): Promise<Viewer> {
  try {
    return (await who(c)) === undefined ? 'public' : 'members';
  } catch (error) {
    if (error instanceof Unavailable) return 'public';
    throw error;
  }
}

/** Nothing is made for who has it already, and only so much for who is not known. */
function file(
  c: Context,
  props: PublishedProps,
  format: Format,
  { view, viewer }: { readonly view: View; readonly viewer: Viewer },
  organizations: readonly Organization[],
): Response {
  const { site, words } = props;
  const tag = tagOf(view, words);
  c.header('etag', tag);
  if (hasAlready(c, tag)) return c.body(null, 304);
  const cards = [...cardsOf(organizations)];
  const { directory } = view;
  const whole = Math.max(1, directory.organizations.length + directory.people.length);
  const wait =
    viewer === 'members' ? 0 : props.downloads.take(clientAddress(c), Math.min(1, cards.length / whole));
  if (wait > 0) return tooMuch(c, props, wait);
  const [only] = organizations.length === 1 ? organizations : [];
  const called = only === undefined ? name : `${name}-${only.slug}`;
  const pieces = fileOf(format, cards, words, suffixOf(directoryDomain(site)));
  return c.body(ReadableStream.from(pieces).pipeThrough(new TextEncoderStream()), 200, {
    'content-type': `${formats[format]}; charset=utf-8`,
    'content-disposition': `attachment; filename="${called}.${format}"`,
  });
}

/** RFC 9110 section 8.8.3: the same of the same content, whichever pod answers. */
function tagOf({ digest }: View, words: FileWords): string {
  return `"${createHash('sha256').update(digest).update(JSON.stringify(words)).digest('base64url')}"`;
}

/** RFC 9110 section 13.1.2: compared weakly. */
function hasAlready(c: Context, tag: string): boolean {
  const known = (c.req.header('if-none-match') ?? '').split(',');
  return known.some((one) => [tag, '*'].includes(one.trim().replace(/^W\//, '')));
}

function tooMuch(c: Context, { site, pages }: PublishedProps, seconds: number): Response {
  const values = { limit: site.published.downloadsPerHour, minutes: Math.ceil(seconds / 60) };
  const page = pages.show('published', 'published-limited.html', values);
  return c.html(page, 429, { 'retry-after': String(seconds) });
}
