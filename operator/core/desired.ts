/** From everything that is known to what each resource's entry shall be. Pure. */
import { type Mailbox, parseMailbox } from '../api/mailbox.ts';
import { parseOrganization } from '../api/organization.ts';
import { annotation, type Metadata, type Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import { type Claimant, type Grant, grantAddresses } from './addresses.ts';
import { type Attributes, mailboxAttributes, organizationAttributes, suspendedAttributes } from './entry.ts';
import { attribute, type EntryStatus } from './layout.ts';
import { mailboxDn, resourceName } from './naming/identity.ts';
import { all, first, type Observed, observe } from './observed.ts';
import { type ResolvedOrganization, resolveOrganizations } from './organizations.ts';
import { quotaOf } from './quota.ts';
import type { Site } from './site.ts';
import { attempt, type Problem, stalled, waiting } from './verdict.ts';

/** Everything a pass has read, complete or not at all. */
export type World = {
  readonly site: Site;
  readonly organizations: readonly Resource[];
  readonly mailboxes: readonly Resource[];
  readonly entries: readonly DirectoryEntry[];
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
  /** The resource is being deleted and nothing keeps it: close a mailbox's entry, remove an organization's. */
  readonly leaving: boolean;
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
  desired.push(...decideMailboxes(world, observed, organizations.resolved));
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
  const former = formerAccounts(world, observed);
  const suspending = new Set<string>();
  const claimants = new Map<string, Claimant>();
  const problems = new Map<string, Problem[]>();
  for (const resource of world.mailboxes) {
    const { uid } = resource.metadata;
    const parsed = attempt('Invalid', () => parseMailbox(resource));
    if ('problem' in parsed) {
      problems.set(uid, [parsed.problem]);
      if (asksForSuspension(resource)) suspending.add(uid);
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
  const grants = grantAddresses(site, deciding, observed);
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
    };
    const known = [...(problems.get(uid) ?? []), ...(grant?.problems ?? [])];
    const suspension = entry === undefined ? {} : { attributes: suspendedAttributes };
    if (claimant === undefined || grant === undefined)
      return { ...base, problems: known, ...(suspending.has(uid) ? suspension : {}) };
    const { mailbox } = claimant;
    const decided = attempt('Invalid', () => attributesFor(site, claimant, grant, entry));
    if ('problem' in decided) return { ...base, problems: [...known, decided.problem] };
    const undecided = mailbox.spec.state === 'Suspended' ? suspension : {};
    return {
      ...base,
      problems: known,
      ...(decided.value === undefined ? undecided : { attributes: decided.value }),
    };
  });
}

function attributesFor(
  site: Site,
  { mailbox, organization }: Claimant,
  grant: Grant,
  entry: DirectoryEntry | undefined,
): Attributes | undefined {
  if (grant.address === undefined || organization === undefined) return undefined;
  const suspended = mailbox.spec.state === 'Suspended' || organization.suspended;
  const status: EntryStatus = suspended ? 'Suspended' : 'Active';
  const former = new Set(entry === undefined ? [] : all(entry, attribute.formerAddress));
  const current = entry && first(entry, 'mail');
  if (current !== undefined && current !== grant.address) former.add(current);
  former.delete(grant.address);
  return mailboxAttributes(site, {
    mailbox,
    organization,
    status,
    address: grant.address,
    aliases: grant.aliases,
    former: [...former],
    quotaBytes: quotaOf(site, mailbox.spec, organization.quota),
    ...(entry === undefined ? {} : { entry }),
  });
}

/** A spec of another version of the schema cannot be read, but that somebody must be kept out can. */
function asksForSuspension({ spec }: Resource): boolean {
  return (spec as { state?: unknown } | undefined)?.state === 'Suspended';
}

/** Accounts whose resource is gone, by its name; one that is not closed before one that is. */
function formerAccounts(world: World, observed: Observed): ReadonlyMap<string, DirectoryEntry> {
  const alive = new Set(world.mailboxes.map(({ metadata }) => metadata.uid));
  const former = new Map<string, DirectoryEntry>();
  for (const [uid, entry] of observed.byOwner) {
    const name = first(entry, attribute.resource);
    if (alive.has(uid) || name === undefined || first(entry, 'mail') === undefined) continue;
    if (!isClosed(entry) || !former.has(name)) former.set(name, entry);
  }
  return former;
}

/** The same staff number, or the same name in the same organization: nobody inherits a stranger's mail. */
function isSamePerson(
  entry: DirectoryEntry,
  mailbox: Mailbox,
  organization: ResolvedOrganization | undefined,
): boolean {
  const { person } = mailbox.spec;
  const number = first(entry, 'employeeNumber');
  if (number !== undefined || person?.id !== undefined) return number === person?.id;
  const name = person?.fullName ?? organization?.naming.name;
  return first(entry, 'cn') === name && first(entry, 'o') === organization?.naming.name;
}

/**
 * An account is closed because its resource was seen being deleted, which no resource comes back from: this is an old
 * view of it, or an old state of the cluster that was restored.
 */
function closedProblem(entry: DirectoryEntry | undefined): Problem | undefined {
  if (entry === undefined || !isClosed(entry)) return undefined;
  return stalled(
    'AccountClosed',
    `metadata.uid: the account ${first(entry, 'mail')} was closed when this resource was deleted: delete the resource, and create it again to give the account back`,
  );
}

/** Why a new resource may not have the account of a former one of its name. */
function takingBackProblem(
  entry: DirectoryEntry,
  mailbox: Mailbox,
  organization: ResolvedOrganization | undefined,
): Problem | undefined {
  const name = `${first(entry, 'cn')} (${first(entry, 'mail')})`;
  if (!isClosed(entry)) {
    return stalled(
      'OrphanedAccount',
      `metadata.name: the account of ${name} had this name, and its resource vanished without closing it: close the account first, or use another name`,
    );
  }
  if (isSamePerson(entry, mailbox, organization)) return undefined;
  return stalled(
    'FormerAccount',
    `metadata.name: the closed account of ${name} had this name, and this is not the same person: use another name`,
  );
}

function isClosed(entry: DirectoryEntry): boolean {
  return first(entry, attribute.status) === 'Closed';
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
