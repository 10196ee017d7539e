/** The site files of the project, `charts/sites/*.yaml`. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSite, type Site } from '../operator/core/site.ts';
import { Invalid } from '../operator/errors.ts';

const folder = new URL('sites/', import.meta.url);

/** Names of all sites, sorted. */
export function siteNames(): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/** Path of the file. */
export function siteFile(name: string): string {
  return fileURLToPath(new URL(`${name}.yaml`, folder));
}

/** The file as it stands. */
export function siteText(name: string): string {
  return readFileSync(siteFile(name), 'utf8');
}

/** @throws Invalid when there is no such site, or its file does not hold what a site must */
export function readSite(name: string): Site {
  if (!siteNames().includes(name)) {
    throw new Invalid('site', `there is no "${name}"; use ${siteNames().join(' or ')}`);
  }
  const file = `charts/sites/${name}.yaml`;
  const site = parseSite(siteText(name), file);
  if (site.name !== name) throw new Invalid(file, `name: must be "${name}", as the file is called`);
  return site;
}
