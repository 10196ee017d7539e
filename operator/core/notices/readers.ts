/** Who can be told of a mailbox: nothing is sent to where nobody can read it. Pure. */
import type { DirectoryEntry } from '../../ports.ts';
import { delegatesOf } from '../delegates.ts';
import { isClosed } from '../former.ts';
import { attribute } from '../layout.ts';
import { mailboxDn, resourceName } from '../naming/identity.ts';
import { first } from '../observed.ts';
import type { Organizations, ResolvedOrganization } from '../organizations.ts';
import type { Site } from '../site.ts';
import { isPasswordDue } from '../state.ts';

export type Readers = {
  readonly site: Site;
  readonly now: Date;
  /** The entry as it is known now. */
  readonly recall: (dn: string) => DirectoryEntry | undefined;
  /** DN of a Mailbox's entry, by `namespace/name`. */
  readonly find: (name: string) => string | undefined;
  /** By DN of the organization. */
  readonly organizations: ReadonlyMap<string, ResolvedOrganization>;
  /** DNs of each organization's own mailboxes, by DN of the organization; the first by address is the one that is told. */
  readonly mailboxes: ReadonlyMap<string, readonly string[]>;
};

/** @param entries all there are */
export function readersOf(
  { site, now, recall }: Pick<Readers, 'site' | 'now' | 'recall'>,
  { resolved }: Organizations,
  entries: readonly DirectoryEntry[],
): Readers {
  const own = entries.filter((entry) => first(entry, attribute.type) === 'Organization');
  const byAddress = own.sort((a, b) => ((first(a, 'mail') ?? '') < (first(b, 'mail') ?? '') ? -1 : 1));
  const grouped = Map.groupBy(byAddress, (entry) => first(entry, attribute.organization) ?? '');
  let names: ReadonlyMap<string, string> | undefined;
  return {
    site,
    now,
    recall,
    find: (name) => {
      names ??= namesIn(entries);
      return names.get(name);
    },
    organizations: new Map([...resolved.values()].map((organization) => [organization.dn, organization])),
    mailboxes: new Map([...grouped].map(([dn, list]) => [dn, list.map((entry) => entry.dn)])),
  };
}

/** DNs by the name of the Mailbox; a closed account that had the name gives way to one that has it. */
function namesIn(entries: readonly DirectoryEntry[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const entry of entries) {
    const name = first(entry, attribute.resource);
    if (name === undefined || first(entry, attribute.type) === undefined) continue;
    if (!isClosed(entry) || !names.has(name)) names.set(name, entry.dn);
  }
  return names;
}

/** The mailbox itself, where its own login opens it, or a delegate's that may read it (R26). */
function canRead(readers: Readers, entry: DirectoryEntry): boolean {
  if (first(entry, attribute.status) !== 'Active') return false;
  if (logsIn(readers, entry)) return true;
  return delegatesOf(entry).some(({ account, rights }) => {
    const delegate = readers.recall(mailboxDn(readers.site, account));
    const opens = rights.includes('Read') || rights.includes('Write');
    return opens && delegate !== undefined && logsIn(readers, delegate);
  });
}

/** A password that has to be changed first opens nothing (R25). */
function logsIn({ site, now }: Readers, entry: DirectoryEntry): boolean {
  return (
    first(entry, attribute.status) === 'Active' &&
    first(entry, 'pwdReset') !== 'TRUE' &&
    !isPasswordDue(first(entry, 'pwdChangedTime'), site.passwords.maxAgeDays, now)
  );
}

/** The mailbox's own address. */
export function itself(readers: Readers, entry: DirectoryEntry): string | undefined {
  return canRead(readers, entry) ? first(entry, 'mail') : undefined;
}

/** The mailbox of its organization; of one that is meant itself, or that nobody can read, the next one above, at last the Centre's. */
export function answerable(readers: Readers, entry: DirectoryEntry): string | undefined {
  const { site, recall, find, mailboxes } = readers;
  for (const { dn } of chainOf(readers, entry)) {
    for (const other of mailboxes.get(dn) ?? []) {
      const mailbox = recall(other);
      if (mailbox === undefined || other === entry.dn) continue;
      const address = itself(readers, mailbox);
      if (address !== undefined) return address;
    }
  }
  const centre = find(`${site.centre.namespace}/${site.centre.mailbox}`);
  const mailbox = centre === undefined || centre === entry.dn ? undefined : recall(centre);
  return mailbox !== undefined && canRead(readers, mailbox) ? centreAddress(site) : undefined;
}

/** The official who watches over the organization's use of mail (R29), else that of the next one above. */
export function mailOfficer(readers: Readers, entry: DirectoryEntry): string | undefined {
  for (const { organization } of chainOf(readers, entry)) {
    const name = organization?.resource.spec.mailOfficerRef?.name;
    if (organization === undefined || name === undefined) continue;
    const { namespace } = organization.resource.metadata;
    const dn = readers.find(resourceName({ namespace, name }));
    const officer = dn === undefined || dn === entry.dn ? undefined : readers.recall(dn);
    return officer && itself(readers, officer);
  }
  return undefined;
}

type Link = { readonly dn: string; readonly organization: ResolvedOrganization | undefined };

/** The organization of an entry and those above it; one that cannot be resolved has none above. */
function chainOf({ organizations }: Readers, entry: DirectoryEntry): readonly Link[] {
  const chain: Link[] = [];
  for (let dn = first(entry, attribute.organization); dn !== undefined; ) {
    const organization = organizations.get(dn);
    chain.push({ dn, organization });
    dn = organization?.parent?.dn;
  }
  return chain;
}

/** Where requests go and answers are read. */
export function centreAddress({ centre, domain }: Pick<Site, 'centre' | 'domain'>): string {
  return `${centre.addresses[0] ?? 'postmaster'}@${domain}`;
}
