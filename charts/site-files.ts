/** The site files of the project, `charts/sites/*.yaml`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

/** Path of a site file: of a name, the one in `charts/sites`; anything with a slash or ending in .yaml or .yml is the path itself. */
export function siteFile(nameOrPath: string): string {
  if (isPath(nameOrPath)) return nameOrPath;
  return fileURLToPath(new URL(`${nameOrPath}.yaml`, folder));
}

/** The file as it stands. */
export function siteText(nameOrPath: string): string {
  return readFileSync(siteFile(nameOrPath), 'utf8');
}

/**
 * @param nameOrPath as `siteFile` has it
 * @throws Invalid when there is no such site, or its file does not hold what a site must
 */
export function readSite(nameOrPath: string): Site {
  if (isPath(nameOrPath)) {
    if (!existsSync(nameOrPath)) throw new Invalid('site', `there is no file ${nameOrPath}`);
    return parseSite(siteText(nameOrPath), nameOrPath);
  }
  if (!siteNames().includes(nameOrPath)) {
    throw new Invalid('site', `there is no "${nameOrPath}"; use ${siteNames().join(' or ')}`);
  }
  const file = `charts/sites/${nameOrPath}.yaml`;
  const site = parseSite(siteText(nameOrPath), file);
  if (site.name !== nameOrPath)
    throw new Invalid(file, `name: must be "${nameOrPath}", as the file is called`);
  return site;
}

/** Whether it is the path of a site file, and no name. */
export function isPath(nameOrPath: string): boolean {
  return /\/|\.ya?ml$/.test(nameOrPath);
}
