/** The handbooks as the portal publishes them, of both sites: from the project's own chapters and pictures. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Hono } from 'hono';
import { portalPages } from '../../../../charts/portal-pages.ts';
import { copyHandbook } from '../../../../images/operator/handbook.ts';
import { portalTexts } from '../../../../operator/core/portal-texts.ts';
import { Pages } from '../../../../portal/frame.ts';
import { handbookRoutes } from '../../../../portal/handbook/routes.ts';
import { readShelf, type Shelf } from '../../../../portal/handbook/shelf.ts';
import { daNang, socTrang } from '../../../support/sites.ts';

const root = join(import.meta.dirname, '../../../..');
let folder: string;
let shelf: Shelf;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hopthu-handbook-'));
  copyHandbook(root, join(folder, 'image'));
  shelf = readShelf(join(folder, 'image'), join(folder, 'image', 'pictures'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([socTrang, daNang])('at $name', (site) => {
  let app: Hono;
  let books: Readonly<Record<string, string>>;

  beforeAll(async () => {
    const pages = new Pages(site, portalTexts(portalPages(site)));
    app = new Hono({ strict: false }).route('/', handbookRoutes({ site, pages, shelf }));
    const read = async (name: string) =>
      [name, await (await app.request(`/huong-dan/${name}`)).text()] as const;
    books = Object.fromEntries([await read('nguoi-dung'), await read('quan-tri')]);
  });

  it('both handbooks are there, with the values of the site, and no other one', async () => {
    expect((await app.request('/huong-dan')).status).toBe(200);
    expect(books['nguoi-dung']).toContain(site.hosts.mail);
    expect(books['nguoi-dung']).toContain(site.centre.name);
    expect(books['nguoi-dung']).toContain(`${site.attachment / 2 ** 20} MB`);
    expect(books['quan-tri']).toContain(`kubectl hopthu status --site ${site.name}`);
    const other = site === socTrang ? daNang : socTrang;
    for (const text of Object.values(books)) {
      expect(text).not.toMatch(/\{\{|undefined|NaN/);
      expect(text).not.toContain(other.domain);
      expect(text).not.toContain(other.name);
    }
  });

  it('every link of theirs leads to a heading or a page, and every heading has a name of its own', async () => {
    for (const [name, text] of Object.entries(books)) {
      const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
      expect(ids.filter((id, place) => ids.indexOf(id) !== place)).toEqual([]);
      const links = [...text.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href);
      for (const href of links.filter((one) => one.startsWith('#') || one.startsWith('/huong-dan/'))) {
        const [path = '', fragment] = href.split('#');
        const page = path === '' ? text : books[path.replace('/huong-dan/', '')];
        if (fragment === undefined) expect([href, (await app.request(path)).status]).toEqual([href, 200]);
        else expect([name, href, page?.includes(` id="${fragment}"`)]).toEqual([name, href, true]);
      }
    }
  });

  it('the index and the contents name every chapter', async () => {
    const index = await (await app.request('/huong-dan/')).text();
    const chapters = Object.keys(shelf.chapters);
    expect(index.match(/<li><a href="\/huong-dan\/[a-z-]+#/g)).toHaveLength(chapters.length);
    expect(
      Object.values(books)
        .join('')
        .match(/<section>/g),
    ).toHaveLength(chapters.length);
  });
});

it('pictures are PNGs of a moderate size, kept for a while', async () => {
  const pages = new Pages(socTrang, portalTexts(portalPages(socTrang)));
  const app = handbookRoutes({ site: socTrang, pages, shelf });
  const names = Object.keys(shelf.sizes);
  expect(names.length).toBeGreaterThan(8);
  let total = 0;
  for (const name of names) {
    const response = await app.request(`/huong-dan/hinh/${name}`);
    expect(response.headers.get('content-type')).toBe('image/png');
    total += (await response.arrayBuffer()).byteLength;
  }
  expect(total).toBeLessThan(3 * 2 ** 20);
  expect((await app.request('/huong-dan/hinh/..%2fnguoi-dung-01-bat-dau.md')).status).toBe(404);
});
