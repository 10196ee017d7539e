/** The portal: its part of the site file and its places. Pure. */
import { z } from 'zod';
import { slug } from './site-directory.ts';

/** What a site says of it. */
export const portal = z
  .strictObject({
    replicas: z.int().min(1).max(16).describe('Pods of the portal.'),
    sessionMinutes: z
      .int()
      .min(5)
      .max(720)
      .default(60)
      .describe(
        'Minutes after which a login at the portal ends; at once with another password or a suspension.',
      ),
    templates: slug
      .optional()
      .describe(
        'Folder beside the site file with pages and words of its own, named as those in `charts/config/portal/`.',
      ),
  })
  .describe(
    'Pages for people below the host of the webmail: passwords (R25), the own mailbox, the published directory (R40), handbooks.',
  );

/** A person's own pages; what all pages load is below it, too. */
export const portalPath = '/tai-khoan';

export const passwordPath = `${portalPath}/mat-khau`;

export const loginPath = `${portalPath}/dang-nhap`;
export const logoutPath = `${portalPath}/dang-xuat`;

/** How to set up a telephone or a mail program; for everybody. */
export const devicesPath = `${portalPath}/thiet-bi`;

/** Where a change of an organization's delegates is put into words (R26). */
export const delegatesPath = `${portalPath}/uy-quyen`;

/** Leads who must change the password to its page, which says so. */
export const mustChangeQuery = 'phai-doi';

/** The published directory (R40). */
export const publishedPath = '/danh-ba';

export const handbookPath = '/huong-dan';

/** What the webmail's web server hands over to the portal: these, and all below. */
export const portalPaths = [portalPath, publishedPath, handbookPath] as const;

/** Where people outside find it; the port outside is the standard one where there is this name. */
export function passwordPage({ hosts }: { readonly hosts: { readonly webmail: string } }): string {
  return `https://${hosts.webmail}${passwordPath}`;
}
