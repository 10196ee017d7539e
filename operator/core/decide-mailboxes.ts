/** What each mailbox's entry shall be, once it is known who claims what. Pure. */
import { annotation, type Resource } from '../api/resource.ts';
import { accessFor, attributesFor, renamedBy } from './account.ts';
import { addressFacts } from './address-facts.ts';
import { grantAddresses } from './addresses.ts';
import { claimsOf } from './claims.ts';
import { delegateAccesses } from './delegate-access.ts';
import { withDelegates } from './delegates.ts';
import type { Desired, World } from './desired.ts';
import { withoutAccess } from './entry.ts';
import { isClosed, isReclaimed } from './former.ts';
import { holdBack, writesBefore } from './held.ts';
import { attribute } from './layout.ts';
import { lifeOf } from './life.ts';
import { mailboxDn } from './naming/identity.ts';
import { all, type Observed } from './observed.ts';
import { isSuspendedByAnnotation, type Organizations } from './organizations.ts';
import { passwordExpiry } from './password.ts';
import { attempt } from './verdict.ts';

type MailboxesWorld = Pick<World, 'site' | 'mailboxes' | 'now'>;

/** Decides for every mailbox of `world`, in its order. */
export function decideMailboxes(
  world: MailboxesWorld,
  observed: Observed,
  organizations: Organizations,
): readonly Desired[] {
  const { claimants, problems } = claimsOf(world.mailboxes, observed, organizations);
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
    const base = asItIs(world, observed, resource, claimant?.ownerUid ?? uid);
    const known = [...(problems.get(uid) ?? []), ...(grant?.problems ?? [])];
    const { entry } = base;
    if (claimant === undefined || grant === undefined) {
      const suspended =
        entry !== undefined && asksForSuspension(resource) && !isClosed(entry) && !isReclaimed(entry);
      return { ...base, problems: known, ...(suspended ? { attributes: withoutAccess('Suspended') } : {}) };
    }
    const life = lifeOf(world, claimant, entry, entry === undefined ? [] : accessesBy(entry));
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
  return withDelegates({ site: world.site, observed, claimants, desired });
}

/** What is known of a mailbox before anything is decided: its entry, and what its addresses come to when it leaves. */
function asItIs(world: MailboxesWorld, observed: Observed, resource: Resource, ownerUid: string) {
  const { uid, deletionTimestamp } = resource.metadata;
  const entry = observed.byOwner.get(ownerUid);
  const leaving = deletionTimestamp !== undefined;
  return {
    resource,
    leaving,
    ...(entry === undefined ? {} : { entry }),
    dn: entry?.dn ?? mailboxDn(world.site, uid),
    ...passwordExpiry(world.site, entry),
    ...(entry === undefined || !leaving
      ? {}
      : { first: holdBack(world, observed, entry, all(entry, attribute.address)) }),
  };
}

/** A spec of another version of the schema cannot be read, but that somebody must be kept out can. */
function asksForSuspension({ spec, metadata }: Resource): boolean {
  const { state } = (spec ?? {}) as { state?: unknown };
  return state === 'Suspended' || isSuspendedByAnnotation(metadata);
}
