/** The entry that a resource asks for, and its difference from the one that is there. Pure. */
import type { Mailbox } from '../api/mailbox.ts';
import type { AttributeReplacement, DirectoryEntry } from '../ports.ts';
import { attribute, type EntryStatus, headAttribute, objectClass } from './layout.ts';
import type { Life } from './life.ts';
import { resourceName } from './naming/identity.ts';
import { fold } from './naming/words.ts';
import { all, type DatedAddress, first, lockedForGood } from './observed.ts';
import type { ResolvedOrganization } from './organizations.ts';
import { passwordAttributes } from './password.ts';
import type { Site } from './site.ts';

/** Every attribute that the operator manages on an entry of its kind; an empty list means that it must be absent. */
export type Attributes = Readonly<Record<string, readonly string[]>>;

export type MailboxFacts = {
  readonly mailbox: Mailbox;
  readonly organization: ResolvedOrganization;
  readonly life: Life;
  readonly address: string;
  readonly aliases: readonly string[];
  readonly former: readonly Required<DatedAddress>[];
  readonly quotaBytes: number;
  readonly entry?: DirectoryEntry;
  /** Where an account that comes back has its mail. */
  readonly host?: string;
  readonly now: Date;
};

/** Classes of a new mailbox entry; an entry's classes never change. */
export const mailboxClasses = ['inetOrgPerson', objectClass.mailbox] as const;
export const organizationClasses = ['organizationalUnit', objectClass.organization] as const;

/** One list for all that is absent: a cold pass plans 20,000 entries, and most attributes of each. */
const none: readonly string[] = [];

export function mailboxAttributes(site: Site, facts: MailboxFacts): Attributes {
  const { mailbox, organization } = facts;
  const { person, type } = mailbox.spec;
  const name = person?.fullName ?? organization.naming.name;
  const parts = name.split(' ');
  return {
    cn: [name],
    // In Vietnamese names the family name comes first; sn is mandatory in person (RFC 4519 section 3.12).
    sn: [person === undefined ? name : (parts[0] ?? name)],
    givenName: person === undefined ? none : [parts.at(-1) ?? name],
    title: optional(person?.title),
    employeeNumber: optional(person?.id),
    telephoneNumber: optional(person?.phone),
    o: [organization.naming.name],
    [attribute.searchName]: [...new Set([fold(name), fold(organization.naming.name)])],
    mail: [facts.address],
    [attribute.address]: [
      ...new Set([facts.address, ...facts.aliases, ...facts.former.map(({ address }) => address)]),
    ],
    [attribute.formerAddress]: facts.former.map(({ address, until }) => `${address} ${until}`),
    [attribute.status]: [facts.life.status],
    [attribute.type]: [type],
    [attribute.quotaBytes]: [String(facts.quotaBytes)],
    [attribute.organization]: [organization.dn],
    [attribute.mailHost]: mailHost(site, facts),
    // Written with each step of a move, and not here.
    [attribute.mailMove]: facts.entry === undefined ? none : all(facts.entry, attribute.mailMove),
    // delegates.ts fills these in, where there is something to fill in.
    [attribute.delegate]: none,
    [attribute.sendAs]: none,
    [attribute.mailSetting]: none,
    [attribute.endSessions]: none,
    ...ownership(site, mailbox),
    pwdAccountLockedTime: lock(facts.life.status, facts.entry),
    ...facts.life.attributes,
    ...deletionPolicy(mailbox.spec),
    [attribute.hold]: optional(mailbox.spec.hold?.reason),
    [attribute.unpublished]: mailbox.spec.published === false ? ['TRUE'] : none,
    // Whoever is let in has the mail in its place.
    ...(receives(facts.life.status) ? { [attribute.archive]: none } : {}),
    ...passwordAttributes(site, facts),
  };
}

/** @param head DN of the entry of its head, where there is one */
export function organizationAttributes(
  site: Site,
  resolved: ResolvedOrganization,
  head?: string,
): Attributes {
  const { spec } = resolved.resource;
  return {
    cn: [spec.name],
    [attribute.abbreviation]: [resolved.abbreviation],
    [attribute.sector]: optional(spec.sector),
    [headAttribute]: optional(head),
    [attribute.organization]: optional(resolved.parent?.dn),
    [attribute.status]: [resolved.suspended ? 'Suspended' : 'Active'],
    telephoneNumber: optional(spec.contact?.phone),
    postalAddress: optional(spec.contact?.address).map(postalLine),
    ...ownership(site, resolved.resource),
    // Units are where their organization is.
    ...(resolved.shard === undefined || resolved.parent !== undefined
      ? {}
      : { [attribute.mailHost]: [resolved.shard] }),
  };
}

/** Where the mail is stays where it is: only a move alters it. */
function mailHost(site: Site, { entry, host, organization }: MailboxFacts): readonly string[] {
  if (entry !== undefined) return all(entry, attribute.mailHost);
  return site.storage.shards === 1 ? none : optional(host ?? organization.shard);
}

/** Taking access away, which must bite even where nothing else of the mailbox can be decided. */
export function withoutAccess(status: Exclude<EntryStatus, 'Active'>): Attributes {
  return { [attribute.status]: [status], pwdAccountLockedTime: [lockedForGood] };
}

/** Closing, with the policy of the moment, where the spec can be read. */
export function closedAttributes(spec: Mailbox['spec'] | undefined): Attributes {
  return { ...withoutAccess('Closed'), ...(spec === undefined ? {} : deletionPolicy(spec)) };
}

function receives(status: EntryStatus): boolean {
  return status === 'Active' || status === 'Suspended' || status === 'Expired';
}

/** The directory remembers it when the resource is gone; Retain is not written down. */
function deletionPolicy({ deletionPolicy: policy }: Pick<Mailbox['spec'], 'deletionPolicy'>): Attributes {
  return { [attribute.deletionPolicy]: policy === 'Retain' ? none : [policy] };
}

/** What has to be replaced in `entry` so that every attribute of `desired` is as asked; values compare as sets. */
export function differences(entry: DirectoryEntry, desired: Attributes): readonly AttributeReplacement[] {
  return Object.entries(desired)
    .filter(([name, values]) => !sameSet(all(entry, name), values))
    .map(([name, values]) => ({ attribute: name, values }));
}

function ownership(site: Site, { metadata }: Pick<Mailbox, 'metadata'>): Attributes {
  return {
    [attribute.site]: [site.name],
    [attribute.resource]: [resourceName(metadata)],
    [attribute.ownerUid]: [metadata.uid],
  };
}

/**
 * slapd itself refuses the binds of an account that is not active, whoever asks (R6, R24). A temporary lock of
 * slapo-ppolicy after failed logins is left alone.
 */
function lock(status: EntryStatus, entry: DirectoryEntry | undefined): readonly string[] {
  if (status !== 'Active') return [lockedForGood];
  const now = entry && first(entry, 'pwdAccountLockedTime');
  return now === undefined || now === lockedForGood ? none : [now];
}

/** One line of a postal address: `$` would begin another one (RFC 4517 section 3.3.28). */
function postalLine(text: string): string {
  return text.replaceAll('\\', '\\5C').replaceAll('$', '\\24');
}

function optional(value: string | undefined): readonly string[] {
  return value === undefined ? none : [value];
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value) => b.includes(value));
}
