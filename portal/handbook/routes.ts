/** The handbooks for officials and for the Centre's staff, a page each to read and to print. */
import { Hono } from 'hono';
import { chaptersOf, type Handbook, handbooks } from '../../operator/core/handbook.ts';
import { handbookPath } from '../../operator/core/portal.ts';
import type { Site } from '../../operator/core/site.ts';
import type { Pages } from '../frame.ts';
import { type Heading, picturePath, renderChapter } from './render.ts';
import type { Shelf } from './shelf.ts';

export type HandbookProps = {
  readonly site: Site;
  readonly pages: Pages;
  readonly shelf: Shelf;
};

type Book = { readonly html: string; readonly headings: readonly Heading[] };

const kept = { 'cache-control': 'max-age=300' };

/** Everything is made once, here: the pages are the same for everybody. */
export function handbookRoutes({ site, pages, shelf }: HandbookProps): Hono {
  const app = new Hono({ strict: false });
  const books = Object.fromEntries(handbooks.map((name) => [name, bind(name, site, shelf)])) as Readonly<
    Record<Handbook, Book>
  >;
  const [forOfficials, forStaff] = handbooks;
  const index = pages.show('handbook', 'handbooks.html', {
    officialsPath: `${handbookPath}/${forOfficials}`,
    staffPath: `${handbookPath}/${forStaff}`,
    officials: contents(books[forOfficials]),
    staff: contents(books[forStaff]),
  });
  app.get(handbookPath, (c) => c.html(index, 200, kept));
  for (const name of handbooks) {
    const page = pages.show('handbook', 'handbook.html', {
      regulation: site.regulation,
      isForStaff: name === forStaff,
      contents: contents(books[name]),
      body: { html: books[name].html },
    });
    app.get(`${handbookPath}/${name}`, (c) => c.html(page, 200, kept));
  }
  for (const name of Object.keys(shelf.sizes))
    app.get(picturePath(name), async (c) =>
      c.body(new Uint8Array(await shelf.picture(name)), 200, { ...kept, 'content-type': 'image/png' }),
    );
  return app;
}

function bind(book: Handbook, site: Site, { chapters, sizes }: Shelf): Book {
  const rendered = chaptersOf(book, site, chapters).map(([file, text]) => renderChapter(file, text, sizes));
  return {
    html: rendered.map(({ html }) => `<section>\n${html}</section>`).join('\n'),
    headings: rendered.flatMap(({ headings }) => headings),
  };
}

/** Chapters with their sections. */
function contents({ headings }: Book) {
  return headings
    .map((heading, place) => ({ heading, place }))
    .filter(({ heading }) => heading.depth === 2)
    .map(({ heading, place }) => {
      const after = headings.slice(place + 1);
      const end = after.findIndex(({ depth }) => depth === 2);
      return { ...entry(heading), sections: after.slice(0, end < 0 ? undefined : end).map(entry) };
    });
}

function entry({ id, title }: Heading) {
  return { id, heading: { html: title } };
}
