/** The head of an organization, who manages its mailbox (R26): from the name of a Mailbox to the entry of a person. Pure. */
import type { Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import { isClosed } from './former.ts';
import { isInside } from './insiders.ts';
import { attribute, headAttribute } from './layout.ts';
import { resourceName } from './naming/identity.ts';
import { all, first, type Observed } from './observed.ts';
import { organizationRefOf, type ResolvedOrganization } from './organizations.ts';
import { type Problem, stalled, waiting } from './verdict.ts';

/** `dn` of the head's entry, or why there is none; both where what is there stays as it is. */
export type Head = { readonly dn?: string; readonly missing?: Problem };

/** What decisions about organizations know of mailboxes. */
export type KnownMailboxes = {
  /** @param name `namespace/name` */
  readonly find: (name: string) => Resource | undefined;
  /** At least the entries that `withHeads` leaves. */
  readonly observed: Observed;
  /** By `namespace/name`. */
  readonly organizations: ReadonlyMap<string, ResolvedOrganization>;
};

/** `namespace/name` of every Mailbox that an Organization names as its head, whatever its spec holds. */
export function namedHeads(organizations: readonly Resource[]): ReadonlySet<string> {
  return new Set(
    organizations.flatMap(({ metadata, spec }) => {
      const name = (spec as { headRef?: { name?: unknown } } | undefined)?.headRef?.name;
      return typeof name === 'string' ? [resourceName({ ...metadata, name })] : [];
    }),
  );
}

/** Is it one Mailbox with one spec? Then it is the head of whoever it was the head of. */
export function asksTheSame(a: Resource | undefined, b: Resource | undefined): boolean {
  return a?.metadata.uid === b?.metadata.uid && a?.metadata.generation === b?.metadata.generation;
}

/** What decisions about organizations read of all entries: those of organizations, and of people who are named as heads. */
export function withHeads(
  organizations: readonly Resource[],
  entries: readonly DirectoryEntry[],
): readonly DirectoryEntry[] {
  const heads = namedHeads(organizations);
  return entries.filter(
    (entry) => !entry.dn.startsWith('uid=') || heads.has(first(entry, attribute.resource) ?? ''),
  );
}

/**
 * The head that an organization's spec names. One about whom nothing can be said stays who she is: absence is no order.
 * @param entry the organization's, as it is now
 * @returns nothing where the spec names nobody
 */
export function headOf(
  known: KnownMailboxes,
  organization: ResolvedOrganization,
  entry: DirectoryEntry | undefined,
): Head {
  const { spec, metadata } = organization.resource;
  if (spec.headRef === undefined) return {};
  const name = resourceName({ ...metadata, name: spec.headRef.name });
  const says = (text: string) => `spec.headRef: Mailbox ${spec.headRef?.name} ${text}`;
  const keep = (missing: Problem): Head => ({ missing, ...presentHead(known.observed, name, entry) });

  const mailbox = known.find(name);
  if (mailbox === undefined)
    return keep(waiting('MailboxNotFound', says(`does not exist in ${metadata.namespace}`)));
  if (mailbox.metadata.deletionTimestamp !== undefined)
    return { missing: waiting('MailboxNotFound', says('is being deleted')) };
  if ((mailbox.spec as { type?: unknown } | undefined)?.type === 'Organization')
    return { missing: stalled('NotAPerson', says("is an organization's: the head is a person (R26)")) };
  const home = known.organizations.get(`${metadata.namespace}/${organizationRefOf(mailbox)}`);
  if (home === undefined) return keep(waiting('HeadNotReady', says('is not ready; see its conditions')));
  if (!isInside(home, organization) && !isInside(organization, home)) {
    const text = `belongs to ${home.naming.name}, which is neither ${organization.naming.name} nor below or above it`;
    return { missing: stalled('NotInside', says(text)) };
  }
  const account = known.observed.byOwner.get(mailbox.metadata.uid);
  return account === undefined || isClosed(account)
    ? { missing: waiting('HeadNotReady', says('has no account yet; see its conditions')) }
    : { dn: account.dn };
}

/** Who is the head by the directory, where that is an account of this name that is not closed. */
function presentHead(
  { entries }: Observed,
  name: string,
  organization: DirectoryEntry | undefined,
): Pick<Head, 'dn'> {
  const heads = organization === undefined ? [] : all(organization, headAttribute);
  const present = entries.find((entry) => heads.includes(entry.dn));
  return present === undefined || isClosed(present) || first(present, attribute.resource) !== name
    ? {}
    : { dn: present.dn };
}
