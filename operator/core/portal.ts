/** The portal: its part of the site file and its places. Pure. */
import { z } from 'zod';
import { slug } from './site-directory.ts';

/** What a site says of it. */
export const portal = z
  .strictObject({
    replicas: z.int().min(1).max(16).describe('Pods of the portal.'),
    templates: slug
      .optional()
      .describe(
        'Folder beside the site file with pages and words of its own, named as those in `charts/config/portal/`.',
      ),
  })
  .describe('Where people change their passwords (R25): below `/tai-khoan/` of the webmail.');

/** A person's own pages; what all pages load is below it, too. */
export const portalPath = '/tai-khoan';

export const passwordPath = `${portalPath}/mat-khau`;

/** The published directory (R40). */
export const publishedPath = '/danh-ba';

export const handbookPath = '/huong-dan';

/** What the webmail's web server hands over to the portal: these, and all below. */
export const portalPaths = [portalPath, publishedPath, handbookPath] as const;

/** Where people outside find it; the port outside is the standard one where there is this name. */
export function passwordPage({ hosts }: { readonly hosts: { readonly webmail: string } }): string {
  return `https://${hosts.webmail}${passwordPath}`;
}
