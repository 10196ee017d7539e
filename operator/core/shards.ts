/**
 * Which of several Dovecots keeps the mail of whom. A mailbox is where its entry says; an organization's mailboxes belong together,
 * because delegates open folders on the same disk (R26), so new ones go where their top organization is. A new organization
 * goes where the least is promised. What is written down is never changed here: only a person moves an organization. Pure.
 */
import { annotation, type Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import { attribute } from './layout.ts';
import { first, type Observed } from './observed.ts';
import { type Organizations, organizationRefOf, type ResolvedOrganization } from './organizations.ts';
import { quotaOf } from './quota.ts';
import type { Site } from './site.ts';
import { attempt, type Problem, stalled } from './verdict.ts';

/** Also the name of its Service; what has none written down is on the first, the only one that there was once. */
export const firstShard = 'dovecot-0';

type Sharded = { readonly storage: Pick<Site['storage'], 'shards'> };

/** Every shard of the site, in their order. */
export function shardNames({ storage }: Sharded): readonly string[] {
  return Array.from({ length: storage.shards }, (_, number) => `dovecot-${number}`);
}

/** Where the mail of a mailbox is, or the mailboxes of an organization belong. */
export function hostOf(entry: DirectoryEntry | undefined): string {
  return (entry && first(entry, attribute.mailHost)) ?? firstShard;
}

/** What a mailbox or an organization is told whose shard the site file knows no more. */
export function lostShard(site: Sharded, host: string): Problem | undefined {
  if (shardNames(site).includes(host)) return undefined;
  const text = `the mail is on ${host}, which storage.shards: ${site.storage.shards} of the site file leaves out: raise it, and move the organization away first`;
  return stalled('ShardGone', text);
}

type World = { readonly mailboxes: readonly Resource[]; readonly observed: Observed };

/** Organizations with the shard of each, and what is wrong with it. With one shard there is nothing to say. */
export function withShards(site: Site, organizations: Organizations, world: World): Organizations {
  if (site.storage.shards === 1) return organizations;
  const tops = [...organizations.resolved.values()]
    .filter(({ parent }) => parent === undefined)
    .toSorted((a, b) => (orderKey(a) < orderKey(b) ? -1 : 1));
  const shards = shardsOf(site, organizations, tops, world);
  const problems = new Map(organizations.problems);
  for (const top of tops) {
    const problem = wrongOrder(site, top) ?? lostShard(site, shards.get(top.dn) ?? firstShard);
    if (problem !== undefined) problems.set(top.resource.metadata.uid, problem);
  }
  const resolved = new Map<string, ResolvedOrganization>();
  for (const [name, organization] of organizations.resolved) {
    const shard = shards.get(topOf(organization).dn);
    resolved.set(name, shard === undefined ? organization : { ...organization, shard });
  }
  return { ...organizations, resolved, problems };
}

/** Names tell apart those that were created in the same second. */
function orderKey({ resource: { metadata } }: ResolvedOrganization): string {
  return `${metadata.creationTimestamp} ${metadata.namespace}/${metadata.name}`;
}

/** Of DNs of top organizations. */
function shardsOf(
  site: Site,
  organizations: Organizations,
  tops: readonly ResolvedOrganization[],
  world: World,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const top of tops) {
    const shard = writtenDown(site, top, world.observed);
    if (shard !== undefined) found.set(top.dn, shard);
  }
  if (found.size === tops.length) return found;
  const members = Map.groupBy(world.mailboxes, (mailbox) => topNameOf(organizations, mailbox));
  const promised = new Map(shardNames(site).map((name) => [name, { bytes: 0, organizations: 0 }]));
  const promise = (top: ResolvedOrganization, shard: string) => {
    const sum = promised.get(shard);
    if (sum === undefined) return;
    sum.organizations += 1;
    for (const mailbox of members.get(top.dn) ?? []) sum.bytes += quotaFor(site, organizations, mailbox);
  };
  for (const top of tops) promise(top, found.get(top.dn) ?? '');
  for (const top of tops) {
    if (found.has(top.dn)) continue;
    const shard = whereMostAre(members.get(top.dn) ?? [], world.observed) ?? leastPromised(promised);
    found.set(top.dn, shard);
    promise(top, shard);
  }
  return found;
}

/** An order, else what the directory says: an entry of before there were shards is on the first. */
function writtenDown(site: Site, top: ResolvedOrganization, { byOwner }: Observed): string | undefined {
  const order = top.resource.metadata.annotations[annotation.shard];
  if (order !== undefined && shardNames(site).includes(order)) return order;
  const entry = byOwner.get(top.resource.metadata.uid);
  return entry === undefined ? undefined : hostOf(entry);
}

function wrongOrder(site: Site, { resource }: ResolvedOrganization): Problem | undefined {
  const order = resource.metadata.annotations[annotation.shard];
  if (order === undefined || shardNames(site).includes(order)) return undefined;
  return stalled('NoSuchShard', `${annotation.shard}: ${order} is none of ${shardNames(site).join(', ')}`);
}

/** Of an organization whose entry was lost, or that was created anew: its mail is somewhere already. */
function whereMostAre(mailboxes: readonly Resource[], { byOwner }: Observed): string | undefined {
  const count = new Map<string, number>();
  for (const { metadata } of mailboxes) {
    const entry = byOwner.get(metadata.uid);
    if (entry !== undefined) count.set(hostOf(entry), (count.get(hostOf(entry)) ?? 0) + 1);
  }
  const [most] = [...count].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return most?.[0];
}

type Promised = ReadonlyMap<string, { readonly bytes: number; readonly organizations: number }>;

/** By quota, then by organizations: those that come first have no mailbox yet. */
function leastPromised(promised: Promised): string {
  const [least] = [...promised].sort(
    ([, a], [, b]) => a.bytes - b.bytes || a.organizations - b.organizations,
  );
  return least?.[0] ?? firstShard;
}

function topOf(organization: ResolvedOrganization): ResolvedOrganization {
  let top = organization;
  while (top.parent !== undefined) top = top.parent;
  return top;
}

function organizationFor({ resolved }: Organizations, mailbox: Resource): ResolvedOrganization | undefined {
  return resolved.get(`${mailbox.metadata.namespace}/${organizationRefOf(mailbox)}`);
}

function topNameOf(organizations: Organizations, mailbox: Resource): string | undefined {
  const organization = organizationFor(organizations, mailbox);
  return organization && topOf(organization).dn;
}

/** A spec that is refused is promised nothing. */
function quotaFor(site: Site, organizations: Organizations, mailbox: Resource): number {
  const organization = organizationFor(organizations, mailbox);
  const spec = mailbox.spec as { type: 'Personal' | 'Organization'; quota?: string } | undefined;
  if (organization === undefined || spec === undefined) return 0;
  const quota = attempt('Invalid', () => quotaOf(site, spec, organization.quota));
  return 'value' in quota ? quota.value : 0;
}
