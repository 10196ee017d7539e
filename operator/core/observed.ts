/** What the directory holds, indexed once for the decisions. */
import type { DirectoryEntry } from '../ports.ts';
import { parentOf } from './dn.ts';
import { attribute, container, objectClass } from './layout.ts';
import type { Site } from './site.ts';

/** `pwdAccountLockedTime` that slapd never lifts by itself (slapo-ppolicy(5)). */
export const lockedForGood = '000001010000Z';

/** `<address> <RFC 3339>`, as former and held addresses are stored. */
export type DatedAddress = { readonly address: string; readonly until?: string };

/** An address that an account let go; without `until` it is held for good. */
export type Hold = {
  /** `uid` of the account's mailbox entry. */
  readonly account: string;
  /** `namespace/name` of its resource at that time. */
  readonly resource: string;
  /** RFC 3339. */
  readonly until?: string;
};

export type Observed = {
  readonly entries: readonly DirectoryEntry[];
  /** Entries that the operator made for this site, by the UID of their resource; those of nobody by `foreignOwner`. */
  readonly byOwner: ReadonlyMap<string, DirectoryEntry>;
  /** Who holds each address, foreign and closed entries included. */
  readonly holders: ReadonlyMap<string, DirectoryEntry>;
  /** Entries of `ou=held` by account. */
  readonly held: ReadonlyMap<string, DirectoryEntry>;
  /** What `ou=held` says of each address. */
  readonly holds: ReadonlyMap<string, readonly Hold[]>;
};

/** Indexes a complete snapshot. */
export function observe(site: Site, entries: readonly DirectoryEntry[]): Observed {
  const byOwner = new Map<string, DirectoryEntry>();
  const holders = new Map<string, DirectoryEntry>();
  const held = new Map<string, DirectoryEntry>();
  const holds = new Map<string, Hold[]>();
  for (const entry of entries) {
    if (isHold(entry)) {
      held.set(accountOf(entry), entry);
      for (const { address, ...hold } of holdsOf(entry))
        holds.set(address, [...(holds.get(address) ?? []), hold]);
      continue;
    }
    const owner = ownerIn(site, entry);
    if (owner !== undefined) byOwner.set(owner, entry);
    else if (isNobodys(entry)) byOwner.set(foreignOwner(accountOf(entry)), entry);
    for (const address of [...all(entry, attribute.address), ...all(entry, 'mail')]) {
      holders.set(address.toLowerCase(), entry);
    }
  }
  return { entries, byOwner, holders, held, holds };
}

/** Stands for the owner of a mailbox entry that has none; no UID looks like it. */
export function foreignOwner(account: string): string {
  return `foreign ${account.toLowerCase()}`;
}

function isNobodys(entry: DirectoryEntry): boolean {
  if (first(entry, attribute.ownerUid) !== undefined || !/^uid=/i.test(entry.dn)) return false;
  return parentOf(entry.dn).toLowerCase().startsWith(`${container.mailboxes},`);
}

/** An entry of `ou=held`. */
export function isHold(entry: DirectoryEntry): boolean {
  return all(entry, 'objectClass').includes(objectClass.held);
}

/** UID of the resource whose entry it is, if the operator made it for this site. */
export function ownerIn(site: Site, entry: DirectoryEntry): string | undefined {
  return first(entry, attribute.site) === site.name ? first(entry, attribute.ownerUid) : undefined;
}

/** Names an account for good: the `uid` of its mailbox entry, which is part of its DN and needs no escaping. */
export function accountOf({ dn }: DirectoryEntry): string {
  return dn.slice(dn.indexOf('=') + 1, dn.indexOf(','));
}

export function parseDated(value: string): DatedAddress {
  const [address = '', until] = value.split(' ');
  return until === undefined ? { address } : { address, until };
}

function holdsOf(entry: DirectoryEntry): readonly (Hold & DatedAddress)[] {
  const account = accountOf(entry);
  const resource = first(entry, attribute.resource) ?? entry.dn;
  return all(entry, attribute.heldAddress).map((value) => ({ ...parseDated(value), account, resource }));
}

/** All values of an attribute; none when it is absent. */
export function all(entry: DirectoryEntry, name: string): readonly string[] {
  return entry.attributes[name] ?? [];
}

/** The value of a single-valued attribute. */
export function first(entry: DirectoryEntry, name: string): string | undefined {
  return entry.attributes[name]?.[0];
}

/** How messages name the holder of an address. */
export function holderName(entry: DirectoryEntry): string {
  const resource = first(entry, attribute.resource);
  const state = first(entry, attribute.status) === 'Closed' ? ', closed' : '';
  return resource === undefined ? `the foreign entry ${entry.dn}` : `${resource}${state}`;
}
