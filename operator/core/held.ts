/**
 * Addresses that accounts let go. A former primary address still delivers for a time; what no longer delivers is held
 * back from everybody else. `ou=held` has one entry per account, named by the account's `uid`, so that a hold outlives
 * resource and mailbox entry; it is written before the address is let go. Pure.
 */

import type { AttributeReplacement, DirectoryEntry } from '../ports.ts';
import { isRecorded } from './address-facts.ts';
import { ownAddress } from './adoption.ts';
import { isReclaimed } from './former.ts';
import { attribute, objectClass } from './layout.ts';
import { heldDn } from './naming/identity.ts';
import { accountOf, all, type DatedAddress, first, type Observed, parseDated } from './observed.ts';
import type { Site } from './site.ts';
import { daysAfter, rfc3339 } from './time.ts';

/** A write to another entry than the resource's own, which has to be there before the change itself. */
export type Write =
  | { readonly dn: string; readonly attributes: Readonly<Record<string, readonly string[]>> }
  | {
      readonly dn: string;
      readonly ownerUid: string;
      readonly replacements: readonly AttributeReplacement[];
    };

/** A closed account, and everything that others are granted of its addresses in this pass. */
export type Taking = { readonly entry: DirectoryEntry; readonly addresses: readonly string[] };

/** The site's terms, and the day they are applied on. */
export type Today = { readonly site: Site; readonly now: Date };

/** Former primary addresses that still deliver when `address` is the primary one. */
export function formerAddresses(
  { site, now }: Today,
  address: string,
  entry: DirectoryEntry | undefined,
): readonly Required<DatedAddress>[] {
  if (entry === undefined) return [];
  const until = daysAfter(now, site.naming.formerAddressDays);
  const former = new Map<string, string>();
  for (const value of all(entry, attribute.formerAddress)) {
    const known = parseDated(value);
    former.set(known.address, known.until ?? until);
  }
  const current = ownAddress(site, entry);
  if (current !== undefined) former.set(current, until);
  former.delete(address);
  return [...former]
    .filter(([, end]) => end > rfc3339(now))
    .map(([name, end]) => ({ address: name, until: end }));
}

/** Holds `addresses`, which the account of `entry` is about to let go, from now on; a longer hold stays as it is. */
export function holdBack(
  { site, now }: Today,
  observed: Observed,
  entry: DirectoryEntry,
  addresses: readonly string[],
): readonly Write[] {
  if (addresses.length === 0) return [];
  const account = accountOf(entry);
  const known = observed.held.get(account);
  const held = new Map((known === undefined ? [] : all(known, attribute.heldAddress)).map(entryOf));
  const until = daysAfter(now, site.naming.holdDays);
  for (const address of addresses) {
    const before = held.get(address);
    if (before === undefined || before < until) held.set(address, until);
  }
  const values = [...held].map(([address, end]) => `${address} ${end}`);
  if (known !== undefined) {
    const replacements = [{ attribute: attribute.heldAddress, values }];
    return [{ dn: known.dn, ownerUid: first(known, attribute.ownerUid) ?? '', replacements }];
  }
  const attributes = {
    objectClass: [objectClass.held],
    uid: [account],
    [attribute.heldAddress]: values,
    [attribute.site]: [site.name],
    [attribute.resource]: all(entry, attribute.resource),
    // The account's, not the resource's: it stays when a new resource takes the account back.
    [attribute.ownerUid]: [account],
  };
  return [{ dn: heldDn(site, account), attributes }];
}

/** Everything that other entries have to say before a mailbox gets these attributes. */
export function writesBefore(
  today: Today,
  observed: Observed,
  entry: DirectoryEntry | undefined,
  attributes: Readonly<Record<string, readonly string[]>>,
  takenFrom: readonly Taking[],
): readonly Write[] {
  const writes = takenFrom.flatMap((taking) => takeFrom(today, observed, taking));
  const kept = attributes[attribute.address];
  if (entry === undefined || kept === undefined) return writes;
  const isTakenAway = attributes[attribute.status]?.[0] === 'Reclaimed' && !isReclaimed(entry);
  const goes = all(entry, attribute.address).filter((address) => isTakenAway || !kept.includes(address));
  return [...writes, ...holdBack(today, observed, entry, goes)];
}

/**
 * Takes from a closed account the addresses that others are granted, because their hold has ended or was lifted. What
 * was not held yet is held first: whoever dies in between leaves no gap.
 */
function takeFrom(today: Today, observed: Observed, { entry, addresses }: Taking): readonly Write[] {
  const unrecorded = addresses.filter((address) => !isRecorded(observed, entry, address));
  const without = (name: string) => ({
    attribute: name,
    values: all(entry, name).filter((value) => !addresses.includes(parseDated(value).address)),
  });
  const replacements = ['mail', attribute.address, attribute.formerAddress].map(without);
  return [
    ...holdBack(today, observed, entry, unrecorded),
    { dn: entry.dn, ownerUid: first(entry, attribute.ownerUid) ?? '', replacements },
  ];
}

function entryOf(value: string): [string, string] {
  const { address, until = '' } = parseDated(value);
  return [address, until];
}
