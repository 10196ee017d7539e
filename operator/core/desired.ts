/** From everything that is known to what each resource's entry shall be. Pure. */
import { type Mailbox, parseMailbox } from '../api/mailbox.ts';
import { parseOrganization } from '../api/organization.ts';
import { annotation, type Metadata, type Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import { spreadRecords } from './access.ts';
import { accessFor, attributesFor, type Described, renamedBy } from './account.ts';
import { addressFacts } from './address-facts.ts';
import { type Claimant, grantAddresses } from './addresses.ts';
import { type Attributes, organizationAttributes, withoutAccess } from './entry.ts';
import { closedProblem, formerAccounts, isClosed, isReclaimed, takingBackProblem } from './former.ts';
import { holdBack, type Write, writesBefore } from './held.ts';
import { attribute } from './layout.ts';
import { lifeOf } from './life.ts';
import { mailboxDn, resourceName } from './naming/identity.ts';
import { all, first, type Observed, observe } from './observed.ts';
import { isSuspendedByAnnotation, type ResolvedOrganization, resolveOrganizations } from './organizations.ts';
import { passwordExpiry } from './password.ts';
import type { ReclaimPlan } from './reclaim.ts';
import type { Site } from './site.ts';
import { attempt, type Problem, waiting } from './verdict.ts';

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
  /** The entry with an address by its organization's new abbreviation: planned, and never done without approval. */
  readonly renamed?: Described;
  /** Writes to other entries before this one's: addresses are held before they are let go. */
  readonly first?: readonly Write[];
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
};

export type Decision = {
  readonly desired: readonly Desired[];
  readonly observed: Observed;
  /** Entries of this site whose resource is gone without having been seen leaving: reported, never touched. */
  readonly orphans: readonly DirectoryEntry[];
};

/** Decides for every resource. A resource with a problem keeps its entry as it is, except that access may be refused. */
export function decide(world: World): Decision {
  const { site } = world;
  const observed = observe(site, world.entries);
  const parsed = world.organizations.map((resource) => ({
    resource,
    result: attempt('Invalid', () => parseOrganization(resource)),
  }));
  const organizations = resolveOrganizations(
    site,
    parsed.flatMap(({ result }) => ('value' in result ? [result.value] : [])),
  );
  const references = countReferences(world);
  const desired: Desired[] = parsed.map(({ resource, result }) => {
    const { uid, deletionTimestamp } = resource.metadata;
    const name = resourceName(resource.metadata);
    const resolved = organizations.resolved.get(name);
    const problem = 'problem' in result ? result.problem : organizations.problems.get(uid);
    const entry = observed.byOwner.get(uid);
    const keptBy = references.get(name) ?? 0;
    return {
      resource,
      problems: problem === undefined ? [] : [problem],
      leaving: deletionTimestamp !== undefined && keptBy === 0,
      ...(deletionTimestamp === undefined ? {} : { keptBy }),
      ...(entry === undefined ? {} : { entry }),
      ...(resolved === undefined ? {} : organizationDecision(site, resolved)),
    };
  });
  desired.push(...spreadRecords(decideMailboxes(world, observed, organizations.resolved)));
  return { desired, observed, orphans: findOrphans(world, observed) };
}

function organizationDecision(site: Site, resolved: ResolvedOrganization) {
  return {
    dn: resolved.dn,
    attributes: organizationAttributes(site, resolved),
    abbreviation: resolved.abbreviation,
    localPart: resolved.localPart,
  };
}

function decideMailboxes(
  world: World,
  observed: Observed,
  organizations: ReadonlyMap<string, ResolvedOrganization>,
): Desired[] {
  const { site } = world;
  const former = formerAccounts(world.mailboxes, observed);
  const claimants = new Map<string, Claimant>();
  const problems = new Map<string, Problem[]>();
  for (const resource of world.mailboxes) {
    const { uid } = resource.metadata;
    const parsed = attempt('Invalid', () => parseMailbox(resource));
    if ('problem' in parsed) {
      problems.set(uid, [parsed.problem]);
      continue;
    }
    const mailbox = parsed.value;
    const organization = organizations.get(
      `${resource.metadata.namespace}/${mailbox.spec.organizationRef.name}`,
    );
    if (organization === undefined) problems.set(uid, [organizationProblem(world, mailbox)]);
    const account = observed.byOwner.has(uid) ? undefined : former.get(resourceName(resource.metadata));
    const refusal =
      account === undefined
        ? closedProblem(observed.byOwner.get(uid))
        : takingBackProblem(account, mailbox, organization);
    if (refusal !== undefined) {
      problems.set(uid, [refusal]);
      continue;
    }
    const ownerUid = (account && first(account, attribute.ownerUid)) ?? uid;
    claimants.set(uid, { mailbox, ownerUid, ...(organization === undefined ? {} : { organization }) });
  }
  const deciding = [...claimants.values()].filter(
    ({ mailbox }) => mailbox.metadata.annotations[annotation.paused] !== 'true',
  );
  const facts = addressFacts(world, observed, (uid) => claimants.get(uid)?.ownerUid ?? uid);
  const grants = grantAddresses(site, deciding, facts);
  return world.mailboxes.map((resource) => {
    const { uid, deletionTimestamp } = resource.metadata;
    const claimant = claimants.get(uid);
    const entry = observed.byOwner.get(claimant?.ownerUid ?? uid);
    const grant = grants.get(uid);
    const base = {
      resource,
      leaving: deletionTimestamp !== undefined,
      ...(entry === undefined ? {} : { entry }),
      dn: entry?.dn ?? mailboxDn(site, uid),
      ...passwordExpiry(site, entry),
      ...(entry === undefined || deletionTimestamp === undefined
        ? {}
        : { first: holdBack(world, observed, entry, all(entry, attribute.address)) }),
    };
    const known = [...(problems.get(uid) ?? []), ...(grant?.problems ?? [])];
    if (claimant === undefined || grant === undefined) {
      const suspended =
        entry !== undefined && asksForSuspension(resource) && !isClosed(entry) && !isReclaimed(entry);
      return { ...base, problems: known, ...(suspended ? { attributes: withoutAccess('Suspended') } : {}) };
    }
    const life = lifeOf(world, claimant, entry);
    const decided = attempt('Invalid', () => attributesFor(world, claimant, grant, entry, life));
    if ('problem' in decided) return { ...base, problems: [...known, decided.problem] };
    const attributes = decided.value ?? (entry === undefined ? undefined : accessFor(world, claimant, entry));
    if (attributes === undefined) return { ...base, problems: known };
    const writesFirst = writesBefore(world, observed, entry, attributes, grant.takenFrom);
    const renamed = renamedBy(world, observed, claimant, grant, entry, life);
    return {
      ...base,
      problems: known,
      attributes,
      ...(life.reclaim === undefined ? {} : { reclaim: life.reclaim }),
      ...(base.leaving ? {} : { first: writesFirst, ...(renamed === undefined ? {} : { renamed }) }),
    };
  });
}

/** A spec of another version of the schema cannot be read, but that somebody must be kept out can. */
function asksForSuspension({ spec, metadata }: Resource): boolean {
  const { state } = (spec ?? {}) as { state?: unknown };
  return state === 'Suspended' || isSuspendedByAnnotation(metadata);
}

function organizationProblem(world: World, { metadata, spec }: Mailbox): Problem {
  const { name } = spec.organizationRef;
  const exists = world.organizations.some(
    (organization) =>
      organization.metadata.namespace === metadata.namespace && organization.metadata.name === name,
  );
  return exists
    ? waiting(
        'OrganizationNotReady',
        `spec.organizationRef: Organization ${name} is not ready; see its conditions`,
      )
    : waiting(
        'OrganizationNotFound',
        `spec.organizationRef: there is no Organization ${name} in ${metadata.namespace}`,
      );
}

/** How many mailboxes and units name each organization. */
function countReferences(world: World): ReadonlyMap<string, number> {
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

function findOrphans(world: World, observed: Observed): readonly DirectoryEntry[] {
  const alive = new Set([...world.mailboxes, ...world.organizations].map(({ metadata }) => metadata.uid));
  return [...observed.byOwner]
    .filter(([uid, entry]) => !alive.has(uid) && !isClosed(entry))
    .map(([, entry]) => entry);
}
