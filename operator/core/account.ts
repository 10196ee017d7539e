/** What the entry of one mailbox shall be, once its addresses are decided. Pure. */
import type { DirectoryEntry } from '../ports.ts';
import type { Claimant, Grant } from './addresses.ts';
import { type Attributes, mailboxAttributes, withoutAccess } from './entry.ts';
import { formerAddresses, type Today, type Write, writesBefore } from './held.ts';
import { type Life, stateFor } from './life.ts';
import type { Observed } from './observed.ts';
import { quotaOf } from './quota.ts';

/** An entry as it shall be, and what other entries have to say before. */
export type Described = { readonly attributes: Attributes; readonly first: readonly Write[] };

/** Only what takes access away. */
export function accessFor({ now }: Today, claimant: Claimant, entry: DirectoryEntry): Attributes | undefined {
  const state = stateFor(now, claimant, entry);
  return state === 'Suspended' || state === 'Expired' ? withoutAccess(state) : undefined;
}

/** The whole entry; undefined while there is no address or no organization. */
export function attributesFor(
  today: Today,
  claimant: Claimant,
  grant: Grant,
  entry: DirectoryEntry | undefined,
  life: Life,
): Attributes | undefined {
  const { site, now } = today;
  const { mailbox, organization } = claimant;
  if (grant.address === undefined || organization === undefined) return undefined;
  return mailboxAttributes(site, {
    mailbox,
    organization,
    life,
    address: grant.address,
    aliases: grant.aliases,
    former: formerAddresses(today, grant.address, entry),
    now,
    quotaBytes: quotaOf(site, mailbox.spec, organization.quota),
    ...(entry === undefined ? {} : { entry }),
    ...(claimant.host === undefined ? {} : { host: claimant.host }),
  });
}

/** The same with the address that the organization's new abbreviation gives, where one is planned. */
export function renamedBy(
  today: Today,
  observed: Observed,
  claimant: Claimant,
  grant: Grant,
  entry: DirectoryEntry | undefined,
  life: Life,
): Described | undefined {
  if (grant.renamed === undefined || entry === undefined) return undefined;
  const attributes = attributesFor(today, claimant, { ...grant, address: grant.renamed }, entry, life);
  if (attributes === undefined) return undefined;
  return { attributes, first: writesBefore(today, observed, entry, attributes, grant.takenFrom) };
}
