/**
 * What the directory holds for resources, without asking it: what the rules grant, and what their statuses say was
 * granted. The commands have no credentials for LDAP.
 */
import type { MailboxStatus } from '../../operator/api/mailbox.ts';
import { annotation, type Resource } from '../../operator/api/resource.ts';
import { type Decision, type Desired, decide } from '../../operator/core/desired.ts';
import { type Attributes, withoutAccess } from '../../operator/core/entry.ts';
import type { Today } from '../../operator/core/held.ts';
import { attribute } from '../../operator/core/layout.ts';
import { resourceName } from '../../operator/core/naming/identity.ts';
import { parseBytes } from '../../operator/core/quota.ts';
import type { Site } from '../../operator/core/site.ts';
import { daysAfter, generalizedTime } from '../../operator/core/time.ts';
import type { DirectoryEntry } from '../../operator/ports.ts';

export type Assumed = { readonly entries: readonly DirectoryEntry[]; readonly decision: Decision };

/**
 * @param granted whether a resource without status is taken to be in the directory, as in a base that is files alone
 */
export function assumeEntries(today: Today, resources: readonly Resource[], granted: boolean): Assumed {
  const all = resources.map(undisturbed);
  const decision = decide({ ...today, ...ofKinds(all), entries: [] });
  const entries = decision.desired.flatMap((desired) => {
    const { status } = desired.resource;
    if (status === undefined || status === null) return granted ? grantedEntry(desired) : [];
    return recordedEntry(today, desired, status as MailboxStatus);
  });
  return { entries, decision };
}

/** Resources by kind, as a world has them. */
export function ofKinds(resources: readonly Resource[]): {
  readonly organizations: readonly Resource[];
  readonly mailboxes: readonly Resource[];
} {
  return {
    organizations: resources.filter(({ kind }) => kind === 'Organization'),
    mailboxes: resources.filter(({ kind }) => kind === 'Mailbox'),
  };
}

/** A pause keeps what is there, and who has taken an account over has it: neither means that nothing is. */
function undisturbed(resource: Resource): Resource {
  const {
    [annotation.paused]: paused,
    [annotation.adopt]: adopted,
    ...annotations
  } = resource.metadata.annotations;
  if (paused === undefined && adopted === undefined) return resource;
  return { ...resource, metadata: { ...resource.metadata, annotations } };
}

function grantedEntry({ dn, attributes }: Desired): readonly DirectoryEntry[] {
  return dn === undefined || attributes === undefined
    ? []
    : [{ dn, attributes: withFirstPassword(attributes) }];
}

/** A first password comes with the duty to change it, which is no part of a plan. */
export function withFirstPassword(attributes: Attributes): Attributes {
  const given = attributes[attribute.passwordSecret] ?? [];
  return given.length === 0 ? attributes : { ...attributes, pwdReset: ['TRUE'] };
}

/** The status goes before what would be granted now: it was written from the directory. */
function recordedEntry(today: Today, desired: Desired, status: MailboxStatus): readonly DirectoryEntry[] {
  const dn = status.entry;
  if (dn === undefined) return [];
  const attributes = desired.attributes ?? bareAttributes(today.site, desired.resource);
  if (desired.resource.kind === 'Organization') return [{ dn, attributes }];
  return [{ dn, attributes: withFirstPassword({ ...attributes, ...recorded(today, attributes, status) }) }];
}

function recorded({ site, now }: Today, attributes: Attributes, status: MailboxStatus): Attributes {
  const { address, aliases = [], quota, state, passwordSecret, lastAccess } = status;
  const asked = new Set(attributes[attribute.address]);
  const found: Record<string, readonly string[]> = {
    [attribute.passwordSecret]: passwordSecret === undefined ? [] : [passwordSecret],
  };
  if (address !== undefined) {
    const until = daysAfter(now, site.naming.formerAddressDays);
    const former = aliases.filter((alias) => !asked.has(alias));
    found['mail'] = [address];
    found[attribute.address] = [address, ...aliases];
    found[attribute.formerAddress] = former.map((alias) => `${alias} ${until}`);
  }
  if (lastAccess !== undefined) found[attribute.lastAccess] = [generalizedTime(new Date(lastAccess))];
  if (quota?.limit !== undefined) found[attribute.quotaBytes] = [String(parseBytes(quota.limit))];
  if (state === 'Active') Object.assign(found, { [attribute.status]: ['Active'], pwdAccountLockedTime: [] });
  else if (state !== undefined && state !== 'Pending') Object.assign(found, withoutAccess(state));
  return found;
}

/** Of an entry whose resource no longer says what it should be: whose it is, and who. */
function bareAttributes(site: Site, { metadata, spec }: Resource): Attributes {
  const { name, person } = (spec ?? {}) as { name?: unknown; person?: { fullName?: unknown } };
  const shown = person?.fullName ?? name;
  return {
    cn: typeof shown === 'string' ? [shown] : [metadata.name],
    [attribute.site]: [site.name],
    [attribute.resource]: [resourceName(metadata)],
    [attribute.ownerUid]: [metadata.uid],
  };
}
