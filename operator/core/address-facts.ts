/** Beside who asks: what decides whether an address may be granted. Pure. */
import type { MailboxStatus } from '../api/mailbox.ts';
import type { Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import { attribute } from './layout.ts';
import { resourceName } from './naming/identity.ts';
import { accountOf, first, type Hold, type Observed } from './observed.ts';
import { rfc3339 } from './time.ts';

export type AddressFacts = {
  readonly observed: Observed;
  /** RFC 3339. */
  readonly now: string;
  /** Accounts whose resource exists. */
  readonly alive: ReadonlySet<string>;
  /** Addresses in the status of resources whose entry is lost, with UID and name of the resource. */
  readonly promised: ReadonlyMap<string, { readonly uid: string; readonly name: string }>;
};

/** @param ownerUid gives the UID that owns the account of a resource now: its own, or that of an account it takes back */
export function addressFacts(
  { mailboxes, now }: { readonly mailboxes: readonly Resource[]; readonly now: Date },
  observed: Observed,
  ownerUid: (uid: string) => string,
): AddressFacts {
  const alive = new Set<string>();
  const promised = new Map<string, { uid: string; name: string }>();
  for (const { metadata, status } of mailboxes) {
    const entry = observed.byOwner.get(ownerUid(metadata.uid));
    alive.add(entry === undefined ? metadata.uid : accountOf(entry));
    const { address } = (status ?? {}) as MailboxStatus;
    if (entry === undefined && address !== undefined)
      promised.set(address, { uid: metadata.uid, name: resourceName(metadata) });
  }
  return { observed, now: rfc3339(now), alive, promised };
}

/** The account is closed and its resource gone: its addresses are held, not used. */
export function isGone(facts: AddressFacts, entry: DirectoryEntry): boolean {
  return (
    first(entry, attribute.ownerUid) !== undefined &&
    first(entry, attribute.status) === 'Closed' &&
    !facts.alive.has(accountOf(entry))
  );
}

/**
 * The hold that keeps an address from `account`; of several the one that ends last. A hold never ends while the
 * resource of its account exists, nor one without a date: that of an account closed before holds were written.
 */
export function holdOn(facts: AddressFacts, address: string, account: string): Hold | undefined {
  const { observed, now, alive } = facts;
  const recorded = observed.holds.get(address) ?? [];
  const holds = recorded.filter(
    (hold) => hold.account !== account && (alive.has(hold.account) || (hold.until ?? now) >= now),
  );
  const entry = observed.holders.get(address);
  if (entry !== undefined && isGone(facts, entry) && !isRecorded(observed, entry, address)) {
    return { account: accountOf(entry), resource: first(entry, attribute.resource) ?? entry.dn };
  }
  return holds.toSorted((a, b) => ((a.until ?? '9') < (b.until ?? '9') ? 1 : -1))[0];
}

/** Does `ou=held` say of the account of `entry` that it let the address go? */
export function isRecorded(observed: Observed, entry: DirectoryEntry, address: string): boolean {
  const account = accountOf(entry);
  return observed.holds.get(address)?.some((hold) => hold.account === account) === true;
}
