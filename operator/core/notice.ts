/** What people are told by mail: who is told, and the values of the site's words (charts/config/notices). Pure. */
import { annotation, type Resource } from '../api/resource.ts';
import { Invalid } from '../errors.ts';
import type { DirectoryEntry, Notice, NoticeKind } from '../ports.ts';
import type { Decision, Desired } from './desired.ts';
import { attribute, objectClass } from './layout.ts';
import { accountOf, all, first } from './observed.ts';
import { formatNotice } from './reclaim.ts';
import type { Site } from './site.ts';
import { fill, type Values } from './template.ts';
import { dateInVietnam, parseGeneralizedTime } from './time.ts';

/** A notice that shall go out, and what the entry remembers of it once the mail system has taken it. */
export type DueNotice = {
  readonly resource: Resource;
  readonly dn: string;
  readonly ownerUid: string;
  readonly notice: Notice;
  /** Values of `hopThuNotice` after it was taken at `sent`. */
  readonly remember: (sent: Date) => readonly string[];
};

/** Every kind of notice with the values that its text may ask for. */
export const noticeFields: Readonly<Record<NoticeKind, readonly string[]>> = {
  reclaim: [
    ...['name', 'organization', 'address', 'lastAccess', 'date', 'days', 'afterDays'],
    ...['regulation', 'site', 'webmail', 'centre'],
  ],
};

type Noticed = Pick<Decision, 'desired'> & { readonly observed: Pick<Decision['observed'], 'entries'> };

/** Notices before a reclaim (R23), those that are nearest to it first. */
export function reclaimNotices(site: Site, { desired, observed }: Noticed): readonly DueNotice[] {
  const due = desired.filter(
    ({ reclaim, entry, resource: { metadata } }) =>
      reclaim?.notice !== undefined &&
      entry !== undefined &&
      metadata.annotations[annotation.paused] !== 'true',
  );
  if (due.length === 0) return [];
  const organizations = organizationsIn(observed.entries);
  return due
    .toSorted((a, b) => (a.reclaim?.at ?? 0) - (b.reclaim?.at ?? 0))
    .flatMap((one) => reclaimNotice(site, one, organizations) ?? []);
}

function reclaimNotice(
  site: Site,
  { resource, entry, attributes, reclaim }: Desired,
  organizations: Organizations,
): DueNotice | undefined {
  const days = reclaim?.notice;
  const address = entry && first(entry, 'mail');
  if (days === undefined || reclaim === undefined || entry === undefined || address === undefined)
    return undefined;
  const access = parseGeneralizedTime(attributes?.[attribute.lastAccess]?.[0]) ?? 0;
  const centre = centreAddress(site);
  return {
    resource,
    dn: entry.dn,
    ownerUid: first(entry, attribute.ownerUid) ?? '',
    notice: {
      kind: 'reclaim',
      id: `reclaim-${days}.${access}.${accountOf(entry)}`,
      to: [...new Set([address, answerable(organizations, entry) ?? centre])],
      fields: {
        name: first(entry, 'cn') ?? address,
        organization: first(entry, 'o') ?? '',
        address,
        lastAccess: inVietnamese(access),
        date: inVietnamese(reclaim.at),
        days: String(days),
        afterDays: String(site.reclaim.afterDays),
        regulation: site.regulation,
        site: site.title,
        webmail: site.hosts.webmail,
        centre,
      },
    },
    remember: (sent) => [
      ...(attributes?.[attribute.notice] ?? []),
      formatNotice({ days, sent: sent.getTime() }),
    ],
  };
}

/** Where requests go and answers are read. */
export function centreAddress({ centre, domain }: Site): string {
  return `${centre.addresses[0] ?? 'postmaster'}@${domain}`;
}

type Organizations = {
  /** Address of each organization's own mailbox, by the DN of the organization. */
  readonly addresses: ReadonlyMap<string, string>;
  /** DN of the organization above, by DN. */
  readonly above: ReadonlyMap<string, string>;
};

function organizationsIn(entries: readonly DirectoryEntry[]): Organizations {
  const addresses = new Map<string, string>();
  const above = new Map<string, string>();
  for (const entry of entries) {
    const organization = first(entry, attribute.organization);
    if (organization === undefined) continue;
    if (all(entry, 'objectClass').includes(objectClass.organization)) above.set(entry.dn, organization);
    if (first(entry, attribute.type) !== 'Organization' || first(entry, attribute.status) !== 'Active')
      continue;
    const address = first(entry, 'mail') ?? '';
    const known = addresses.get(organization);
    if (known === undefined || address < known) addresses.set(organization, address);
  }
  return { addresses, above };
}

/** The organization's mailbox; of one that is meant itself, or that has none, the next one above. */
function answerable({ addresses, above }: Organizations, entry: DirectoryEntry): string | undefined {
  const seen = new Set<string>();
  let organization = first(entry, attribute.organization);
  while (organization !== undefined && !seen.has(organization)) {
    const address = addresses.get(organization);
    if (address !== undefined && address !== first(entry, 'mail')) return address;
    seen.add(organization);
    organization = above.get(organization);
  }
  return undefined;
}

/** `21/11/2026`, in Việt Nam. */
function inVietnamese(time: number): string {
  return dateInVietnam(time).split('-').toReversed().join('/');
}

/**
 * A template's first line is `Subject: …`, the text follows after an empty line.
 * @throws Invalid naming the template and what is wrong with it
 */
export function wordsOf(name: string, template: string, fields: Values): { subject: string; text: string } {
  const [, subject, text] = /^Subject: (.+)\n\n([\s\S]+)$/.exec(template.replaceAll('\r\n', '\n')) ?? [];
  if (subject === undefined || text === undefined)
    throw new Invalid(name, 'must begin with a line "Subject: …" and an empty one');
  return { subject: fill(name, subject, fields), text: fill(name, text, fields) };
}
