/** Chapters of the handbooks that a site words itself; the project's own are in the portal's image. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chaptersOf, handbooks } from '../operator/core/handbook.ts';
import type { Site } from '../operator/core/site.ts';

const sites = new URL('sites/', import.meta.url);
const project = new URL('../handbook/', import.meta.url);

/**
 * File name and text of every chapter of a site's own.
 * @param folder of the site files
 * @throws Invalid when one of them cannot be filled, or one of the project's cannot with the values of this site
 */
export function ownChapters(site: Site, folder = sites): Readonly<Record<string, string>> {
  const { templates } = site.portal;
  const place = templates === undefined ? undefined : new URL(`${templates}/`, folder);
  const own = place !== undefined && existsSync(place) ? chaptersIn(place) : {};
  for (const book of handbooks) chaptersOf(book, site, { ...chaptersIn(project), ...own });
  return own;
}

function chaptersIn(folder: URL): Readonly<Record<string, string>> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.md'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
}
