/** What the portal shows: the project's pages and words, or a site's own where it has them. */
import { existsSync, readFileSync } from 'node:fs';
import { type PortalFile, portalFiles, portalTexts } from '../operator/core/portal-texts.ts';
import type { Site } from '../operator/core/site.ts';

const sites = new URL('sites/', import.meta.url);

/**
 * File name and text of every page.
 * @param folder of the site files
 * @throws Invalid when one cannot be filled
 */
export function portalPages(
  { portal: { templates } }: Pick<Site, 'portal'>,
  folder = sites,
): Readonly<Record<PortalFile, string>> {
  const files = Object.fromEntries(
    portalFiles.map((file) => {
      const own = templates && new URL(`${templates}/${file}`, folder);
      const place =
        own !== undefined && existsSync(own) ? own : new URL(`config/portal/${file}`, import.meta.url);
      return [file, readFileSync(place, 'utf8')];
    }),
  ) as Record<PortalFile, string>;
  return portalTexts(files).files;
}
