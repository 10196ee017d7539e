/** From everything that is known to what each resource's entry shall be. Pure. */
import type { Metadata, Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import type { Described } from './account.ts';
import { type Attributes, organizationAttributes } from './entry.ts';
import { isClosed } from './former.ts';
import { decideInDomains } from './former-domain.ts';
import type { Group } from './groups.ts';
import { type Head, headOf } from './head.ts';
import type { Write } from './held.ts';
import type { Restore } from './mail-work.ts';
import { resourceName } from './naming/identity.ts';
import { isHold, type Observed, observe, ownerIn } from './observed.ts';
import { type Organizations, type ResolvedOrganization, readOrganizations } from './organizations.ts';
import type { ReclaimPlan } from './reclaim.ts';
import { withShards } from './shards.ts';
import type { Site } from './site.ts';
import type { Problem } from './verdict.ts';

/** Everything a pass has read, complete or not at all. */
export type World = {
  readonly site: Site;
  readonly organizations: readonly Resource[];
  readonly mailboxes: readonly Resource[];
  readonly entries: readonly DirectoryEntry[];
  /** Wall clock of the pass. */
  readonly now: Date;
};

/** What shall become of one resource's entry. */
export type Desired = {
  readonly resource: Resource;
  readonly problems: readonly Problem[];
  /** DN and owner of the entry as they are now or shall be. */
  readonly dn?: string;
  /** The entry as it is, when there is one. */
  readonly entry?: DirectoryEntry;
  /** Wholly described entry; absent when nothing can or may be decided. */
  readonly attributes?: Attributes;
  /** The entry with an address by its organization's new abbreviation, or in the site's new domain: planned, and never done without approval. */
  readonly renamed?: Described;
  /** Writes to other entries before this one's: addresses are held before they are let go. */
  readonly first?: readonly Write[];
  /** What a mailbox's entry becomes when it is closed. */
  readonly closing?: Attributes;
  /** The archive that has to be put back before the resource may have its former account. */
  readonly restore?: Restore;
  /** Where its mail belongs, while it is elsewhere or on its way. */
  readonly shard?: string;
  /** The resource is being deleted and nothing keeps it: close a mailbox's entry, remove an organization's. */
  readonly leaving: boolean;
  /** When the mailbox is reclaimed for want of use, and whether its people shall be told now (R23). */
  readonly reclaim?: ReclaimPlan;
  /** From this date on the password must be changed; absent where that is not known, or never (R25). */
  readonly passwordExpiry?: string;
  /** How many mailboxes and units still name this organization, which is being deleted. */
  readonly keptBy?: number;
  readonly abbreviation?: string;
  readonly localPart?: string;
  /** The Mailbox that this organization calls its mail officer's, where there is none of that name (R29). */
  readonly missingOfficer?: string;
  /** Why this organization has no head though its spec names one, or another one than that (R26). */
  readonly missingHead?: Problem;
};

export type Decision = {
  readonly desired: readonly Desired[];
  readonly observed: Observed;
  /** Entries of this site whose resource is gone without having been seen leaving: reported, never touched. */
  readonly orphans: readonly DirectoryEntry[];
};

/** Decides for every resource. A resource with a problem keeps its entry as it is, except that access may be refused. */
export function decide(world: World): Decision {
  const observed = observe(world.site, world.entries);
  const read = readOrganizations(world.site, world.organizations);
  const organizations = withShards(world.site, read, { ...world, observed });
  const desired = [
    ...decideOrganizations(world, observed, organizations),
    ...decideInDomains(world, observed, organizations),
  ];
  return { desired, observed, orphans: findOrphans(world) };
}

/** Decides for a group of mailboxes as `decide` does for all: nothing outside of it matters to them. */
export function decideGroup(
  { site, now }: Pick<World, 'site' | 'now'>,
  { mailboxes, entries }: Group,
  organizations: Organizations,
): readonly Desired[] {
  return decideInDomains({ site, mailboxes, now }, observe(site, entries), organizations);
}

/** @param observed at least the entries that `withHeads` leaves */
export function decideOrganizations(
  world: Pick<World, 'site' | 'organizations' | 'mailboxes'>,
  observed: Observed,
  { resolved, problems }: Organizations,
): readonly Desired[] {
  const references = countReferences(world);
  let byName: ReadonlyMap<string, Resource> | undefined;
  const find = (wanted: string) => {
    byName ??= new Map(world.mailboxes.map((mailbox) => [resourceName(mailbox.metadata), mailbox]));
    return byName.get(wanted);
  };
  const known = { find, observed, organizations: resolved };
  return world.organizations.map((resource) => {
    const { uid, deletionTimestamp } = resource.metadata;
    const name = resourceName(resource.metadata);
    const organization = resolved.get(name);
    const problem = problems.get(uid);
    const entry = observed.byOwner.get(uid);
    const keptBy = references.get(name) ?? 0;
    const officer = referenceName(resource.spec, 'mailOfficerRef');
    const isMissing =
      typeof officer === 'string' && find(`${resource.metadata.namespace}/${officer}`) === undefined;
    return {
      resource,
      problems: problem === undefined ? [] : [problem],
      leaving: deletionTimestamp !== undefined && keptBy === 0,
      ...(deletionTimestamp === undefined ? {} : { keptBy }),
      ...(isMissing ? { missingOfficer: officer } : {}),
      ...(entry === undefined ? {} : { entry }),
      ...(organization === undefined
        ? {}
        : organizationDecision(world.site, organization, headOf(known, organization, entry))),
    };
  });
}

function organizationDecision(site: Site, resolved: ResolvedOrganization, head: Head) {
  return {
    dn: resolved.dn,
    attributes: organizationAttributes(site, resolved, head.dn),
    ...(head.missing === undefined ? {} : { missingHead: head.missing }),
    abbreviation: resolved.abbreviation,
    localPart: resolved.localPart,
  };
}

/** How many mailboxes and units name each organization. */
function countReferences(world: Pick<World, 'organizations' | 'mailboxes'>): ReadonlyMap<string, number> {
  const count = new Map<string, number>();
  const add = ({ namespace }: Metadata, name: unknown) => {
    if (typeof name === 'string')
      count.set(`${namespace}/${name}`, (count.get(`${namespace}/${name}`) ?? 0) + 1);
  };
  for (const { metadata, spec } of world.mailboxes) add(metadata, referenceName(spec, 'organizationRef'));
  for (const { metadata, spec } of world.organizations) add(metadata, referenceName(spec, 'parentRef'));
  return count;
}

function referenceName(spec: unknown, field: string): unknown {
  const reference = (spec as Record<string, { name?: unknown } | undefined> | undefined)?.[field];
  return reference?.name;
}

/** Entries that were given to a resource which is gone, though nobody saw it leave. */
export function findOrphans(world: Omit<World, 'now'>): readonly DirectoryEntry[] {
  const alive = new Set([...world.mailboxes, ...world.organizations].map(({ metadata }) => metadata.uid));
  return world.entries.filter((entry) => {
    const owner = isHold(entry) ? undefined : ownerIn(world.site, entry);
    return owner !== undefined && !alive.has(owner) && !isClosed(entry);
  });
}
