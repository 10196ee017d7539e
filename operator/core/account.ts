/** What the entry of one mailbox shall be, once its addresses are decided. Pure. */
import type { DirectoryEntry } from '../ports.ts';
import type { Claimant, Grant } from './addresses.ts';
import { type Attributes, mailboxAttributes, withoutAccess } from './entry.ts';
import { formerAddresses, type Today, type Write, writesBefore } from './held.ts';
import type { Observed } from './observed.ts';
import { isSuspendedByAnnotation } from './organizations.ts';
import { quotaOf } from './quota.ts';
import { stateOf } from './state.ts';

/** An entry as it shall be, and what other entries have to say before. */
export type Described = { readonly attributes: Attributes; readonly first: readonly Write[] };

/** The state that access follows: the same function whether or not anything else can be decided. */
function stateFor(now: Date, { mailbox, organization }: Claimant) {
  const { spec, metadata } = mailbox;
  const suspended =
    spec.state === 'Suspended' || isSuspendedByAnnotation(metadata) || organization?.suspended === true;
  const { validUntil } = spec;
  const facts = {
    granted: true,
    leaving: false,
    suspended,
    ...(validUntil === undefined ? {} : { validUntil }),
  };
  return stateOf(facts, now);
}

/** Only what takes access away. */
export function accessFor({ now }: Today, claimant: Claimant): Attributes | undefined {
  const state = stateFor(now, claimant);
  return state === 'Suspended' || state === 'Expired' ? withoutAccess(state) : undefined;
}

/** The whole entry; undefined while there is no address or no organization. */
export function attributesFor(
  today: Today,
  claimant: Claimant,
  grant: Grant,
  entry: DirectoryEntry | undefined,
): Attributes | undefined {
  const { site, now } = today;
  const { mailbox, organization } = claimant;
  if (grant.address === undefined || organization === undefined) return undefined;
  const status = stateFor(now, claimant);
  if (status === 'Pending') return undefined;
  return mailboxAttributes(site, {
    mailbox,
    organization,
    status,
    address: grant.address,
    aliases: grant.aliases,
    former: formerAddresses(today, grant.address, entry),
    now,
    quotaBytes: quotaOf(site, mailbox.spec, organization.quota),
    ...(entry === undefined ? {} : { entry }),
  });
}

/** The same with the address that the organization's new abbreviation gives, where one is planned. */
export function renamedBy(
  today: Today,
  observed: Observed,
  claimant: Claimant,
  grant: Grant,
  entry: DirectoryEntry | undefined,
): Described | undefined {
  if (grant.renamed === undefined || entry === undefined) return undefined;
  const attributes = attributesFor(today, claimant, { ...grant, address: grant.renamed }, entry);
  if (attributes === undefined) return undefined;
  return { attributes, first: writesBefore(today, observed, entry, attributes, grant.takenFrom) };
}
