/** What each mailbox's entry shall be, once it is known who claims what. Pure. */
import { annotation, type Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import { accessFor, attributesFor, renamedBy } from './account.ts';
import { addressFacts } from './address-facts.ts';
import { type Claimant, type Grant, grantAddresses } from './addresses.ts';
import { claimsOf } from './claims.ts';
import { delegateAccesses } from './delegate-access.ts';
import { withDelegates } from './delegates.ts';
import type { Desired, World } from './desired.ts';
import { type Attributes, closedAttributes, withoutAccess } from './entry.ts';
import { isClosed, isReclaimed, removalProblem, restoreOf } from './former.ts';
import { holdBack, writesBefore } from './held.ts';
import { attribute } from './layout.ts';
import { lifeOf } from './life.ts';
import { moveOf } from './moves.ts';
import { mailboxDn } from './naming/identity.ts';
import { all, first, type Observed } from './observed.ts';
import { isSuspendedByAnnotation, type Organizations } from './organizations.ts';
import { passwordExpiry } from './password.ts';
import { firstShard, hostOf, lostShard } from './shards.ts';
import { attempt } from './verdict.ts';

type MailboxesWorld = Pick<World, 'site' | 'mailboxes' | 'now'>;

/** Decides for every mailbox of `world`, in its order. */
export function decideMailboxes(
  world: MailboxesWorld,
  observed: Observed,
  organizations: Organizations,
): readonly Desired[] {
  const { claimants, problems, restores } = claimsOf(world.mailboxes, observed, organizations);
  const deciding = [...claimants.values()].filter(
    ({ mailbox }) => mailbox.metadata.annotations[annotation.paused] !== 'true',
  );
  const facts = addressFacts(world, observed, (uid) => claimants.get(uid)?.ownerUid ?? uid);
  const grants = grantAddresses(world.site, deciding, facts);
  const accessesBy = delegateAccesses(observed);
  const desired = world.mailboxes.map((resource): Desired => {
    const { uid } = resource.metadata;
    const claimant = claimants.get(uid);
    const grant = grants.get(uid);
    const restore = restores.get(uid);
    const seen = asItIs(world, observed, resource, claimant);
    const { entry } = seen;
    const lost = lostShard(world.site, shardFor(entry, claimant));
    const base = {
      ...seen,
      ...(restore === undefined ? {} : { restore }),
      problems: [
        ...(lost === undefined ? [] : [lost]),
        ...(problems.get(uid) ?? []),
        ...(grant?.problems ?? []),
      ],
    };
    if (lost !== undefined && entry === undefined) return base;
    if (claimant === undefined || grant === undefined)
      return { ...base, ...(entry === undefined ? {} : suspensionOf(resource, entry)) };
    return decideClaimant(world, observed, base, { claimant, grant, accessesBy });
  });
  return withDelegates({ site: world.site, observed, claimants, desired });
}

/** What is known of a mailbox that can be decided, beside what there is of it. */
type Claim = {
  readonly claimant: Claimant;
  readonly grant: Grant;
  readonly accessesBy: ReturnType<typeof delegateAccesses>;
};

function decideClaimant(
  world: MailboxesWorld,
  observed: Observed,
  base: Desired,
  { claimant, grant, accessesBy }: Claim,
): Desired {
  const { entry, leaving, problems } = base;
  const life = lifeOf(world, claimant, entry, entry === undefined ? [] : accessesBy(entry));
  const decided = attempt('Invalid', () => attributesFor(world, claimant, grant, entry, life));
  if ('problem' in decided) return { ...base, problems: [...problems, decided.problem] };
  const attributes = decided.value ?? (entry === undefined ? undefined : accessFor(world, claimant, entry));
  if (attributes === undefined) return base;
  const shut = leaving ? undefined : keptShut(entry, attributes);
  if (shut !== undefined) return { ...base, ...shut.restore, problems: [shut.problem, ...problems] };
  const first = writesBefore(world, observed, entry, attributes, grant.takenFrom);
  const renamed = renamedBy(world, observed, claimant, grant, entry, life);
  return {
    ...base,
    ...belonging(claimant, entry),
    attributes,
    ...(life.reclaim === undefined ? {} : { reclaim: life.reclaim }),
    ...(leaving ? {} : { first, ...(renamed === undefined ? {} : { renamed }) }),
  };
}

/** Of a resource that nothing else can be decided of. */
function suspensionOf(resource: Resource, entry: DirectoryEntry): Pick<Desired, 'attributes'> {
  const isOpen = !isClosed(entry) && !isReclaimed(entry);
  return isOpen && asksForSuspension(resource) ? { attributes: withoutAccess('Suspended') } : {};
}

/** Where its mail is, or will be. */
function shardFor(entry: DirectoryEntry | undefined, claimant: Claimant | undefined): string {
  if (entry !== undefined) return hostOf(entry);
  return claimant?.host ?? claimant?.organization?.shard ?? firstShard;
}

/** Where its organization's mailboxes belong, while its own mail is not there, or not there alone. */
function belonging({ organization }: Claimant, entry: DirectoryEntry | undefined): Pick<Desired, 'shard'> {
  const shard = organization?.shard;
  if (shard === undefined || entry === undefined || isClosed(entry) || isReclaimed(entry)) return {};
  return hostOf(entry) === shard && moveOf(entry) === undefined ? {} : { shard };
}

/** An account whose mail may be gone opens only after it was put back. */
function keptShut(entry: DirectoryEntry | undefined, attributes: Attributes) {
  const isShut = (status: string | undefined) => status === 'Closed' || status === 'Reclaimed';
  if (entry === undefined || !isShut(first(entry, attribute.status))) return undefined;
  const problem = isShut(attributes[attribute.status]?.[0]) ? undefined : removalProblem(entry);
  if (problem === undefined) return undefined;
  const restore = restoreOf(entry);
  return { problem, restore: restore === undefined ? {} : { restore } };
}

/** What is known of a mailbox before anything is decided: its entry, and what its addresses come to when it leaves. */
function asItIs(world: MailboxesWorld, observed: Observed, resource: Resource, claimant?: Claimant) {
  const { uid, deletionTimestamp } = resource.metadata;
  const entry = observed.byOwner.get(claimant?.ownerUid ?? uid);
  const leaving = deletionTimestamp !== undefined;
  return {
    resource,
    leaving,
    ...(entry === undefined ? {} : { entry }),
    dn: entry?.dn ?? mailboxDn(world.site, claimant?.account ?? uid),
    ...passwordExpiry(world.site, entry),
    ...(entry === undefined || !leaving
      ? {}
      : {
          first: holdBack(world, observed, entry, all(entry, attribute.address)),
          closing: closedAttributes(claimant?.mailbox.spec),
        }),
  };
}

/** A spec of another version of the schema cannot be read, but that somebody must be kept out can. */
function asksForSuspension({ spec, metadata }: Resource): boolean {
  const { state } = (spec ?? {}) as { state?: unknown };
  return state === 'Suspended' || isSuspendedByAnnotation(metadata);
}
