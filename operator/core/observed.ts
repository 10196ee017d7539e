/** What the directory holds, indexed once for the decisions. */
import type { DirectoryEntry } from '../ports.ts';
import { attribute } from './layout.ts';
import type { Site } from './site.ts';

/** `pwdAccountLockedTime` that slapd never lifts by itself (slapo-ppolicy(5)). */
export const lockedForGood = '000001010000Z';

export type Observed = {
  readonly entries: readonly DirectoryEntry[];
  /** Entries that the operator made for this site, by the UID of their resource. */
  readonly byOwner: ReadonlyMap<string, DirectoryEntry>;
  /** Who holds each address, foreign and closed entries included. */
  readonly holders: ReadonlyMap<string, DirectoryEntry>;
};

/** Indexes a complete snapshot. */
export function observe(site: Site, entries: readonly DirectoryEntry[]): Observed {
  const byOwner = new Map<string, DirectoryEntry>();
  const holders = new Map<string, DirectoryEntry>();
  for (const entry of entries) {
    const owner = first(entry, attribute.ownerUid);
    if (owner !== undefined && first(entry, attribute.site) === site.name) byOwner.set(owner, entry);
    for (const address of [...all(entry, attribute.address), ...all(entry, 'mail')]) {
      holders.set(address.toLowerCase(), entry);
    }
  }
  return { entries, byOwner, holders };
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
