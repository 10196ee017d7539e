/** Carries out one change of a plan. */
import { finalizer, type Resource } from '../api/resource.ts';
import { formatChange } from '../core/format.ts';
import type { Write } from '../core/held.ts';
import { attribute } from '../core/layout.ts';
import { lockedForGood } from '../core/observed.ts';
import { before, type Change, type Create, isRecord, removesAccess, type Update } from '../core/plan.ts';
import { type Problem, stalled, waiting } from '../core/verdict.ts';
import { Awaited, Blocked, Conflict, Invalid, Unavailable } from '../errors.ts';
import type { Cluster, Directory } from '../ports.ts';
import { firstPassword, type PasswordSources } from './first-password.ts';
import type { Patience } from './patience.ts';

export type Applied = { readonly change: Change; readonly problem?: Problem };

/** Where changes go, and how the passwords of new accounts are made. */
export type Targets = PasswordSources & {
  readonly directory: Directory;
  /** Without it everything is tried each time. */
  readonly patience?: Patience;
};

/** A change that fails has a problem. @throws what is no fault of this change, and ends the pass */
export async function applyOne(targets: Targets, change: Change): Promise<Applied> {
  const { cluster, directory, patience } = targets;
  const last = patience?.problemOf(change.resource);
  if (last !== undefined) return { change, problem: last };
  try {
    for (const write of change.first) await writeFirst(directory, write);
    if (change.action === 'create') await create(targets, change);
    else if (change.action === 'remove') await directory.remove(change.dn, change.ownerUid);
    else await update(targets, change);
    if (isRecord(change)) return { change };
    cluster.event(change.resource, {
      type: 'Normal',
      reason: reasons[change.action],
      action: 'Apply',
      message: formatChange(change),
    });
    patience?.tried(change.resource, undefined);
    return { change };
  } catch (error) {
    const problem = problemOf(error);
    patience?.tried(change.resource, problem);
    cluster.event(change.resource, {
      type: 'Warning',
      reason: problem.reason,
      action: 'Apply',
      message: `${formatChange(change)}: ${problem.message}`,
    });
    return { change, problem };
  }
}

const reasons: Readonly<Record<Change['action'], string>> = {
  create: 'Granted',
  update: 'Updated',
  rename: 'Renamed',
  suspend: 'Suspended',
  expire: 'Expired',
  reclaim: 'Reclaimed',
  resume: 'Resumed',
  close: 'Closed',
  remove: 'Removed',
  reject: 'Rejected',
  adopt: 'Adopted',
  rebind: 'TakenBack',
};

/** What another entry has to say before the change: that an address is held, before it is let go. */
export function writeFirst(directory: Directory, write: Write): Promise<void> {
  if ('attributes' in write) return directory.add(write.dn, write.attributes);
  return directory.modify(write.dn, write.ownerUid, write.replacements);
}

/**
 * The finalizer before the entry, the Secret before the entry: whenever this dies, the next pass finishes it with the
 * same password, and no account exists that its resource's deletion would not close.
 */
async function create(targets: Targets, change: Create): Promise<void> {
  const { cluster, directory } = targets;
  const { resource, dn, attributes } = change;
  if (!resource.metadata.finalizers.includes(finalizer)) await cluster.addFinalizer(resource);
  else if (mayBeOld(resource)) await expectAlive(cluster, resource);
  const address = attributes['mail']?.[0];
  const secret = attributes[attribute.passwordSecret]?.[0];
  if (address === undefined || secret === undefined) return directory.add(dn, attributes);
  return directory.add(dn, {
    ...attributes,
    ...(await firstPassword(targets, resource, secret, address)),
  });
}

/**
 * An account that a resource takes back or alters must be closed with it, too. Taking access away waits for nothing;
 * the end of the pass puts the finalizer back then.
 */
async function keepFinalizer(cluster: Cluster, change: Update): Promise<void> {
  const { deletionTimestamp, finalizers } = change.resource.metadata;
  const takesAway: boolean = removesAccess(change);
  if (deletionTimestamp === undefined && !takesAway && !finalizers.includes(finalizer))
    await cluster.addFinalizer(change.resource);
}

/**
 * A new first password comes with the memory that it was asked for, in one modify: it is never set twice.
 * The former Secret goes when the status is written.
 */
async function update(targets: Targets, change: Update): Promise<void> {
  const { cluster, directory } = targets;
  const { resource, dn, ownerUid, replacements } = change;
  await keepFinalizer(cluster, change);
  const valueFor = (name: string) => replacements.find((one) => one.attribute === name)?.values[0];
  // A Secret that the administrator gave may have the name that the former one had.
  const asked =
    valueFor(attribute.passwordReset) === undefined ? [] : before(change, attribute.passwordSecret);
  const secret = valueFor(attribute.passwordSecret) ?? asked[0];
  if (secret === undefined) return directory.modify(dn, ownerUid, replacements);
  const address = valueFor('mail') ?? before(change, 'mail')[0] ?? '';
  const password = await firstPassword(targets, resource, secret, address);
  const values = Object.entries(password).map(([name, list]) => ({
    attribute: name,
    values: list,
  }));
  await directory.modify(dn, ownerUid, [...replacements, ...values]);
  // slapd unlocks whoever gets a new password. Until this, and after a death before it, its ACL alone keeps them out (R24).
  const status = valueFor(attribute.status) ?? before(change, attribute.status)[0];
  if (status !== 'Active')
    await directory.modify(dn, ownerUid, [{ attribute: 'pwdAccountLockedTime', values: [lockedForGood] }]);
}

/**
 * Is what was read perhaps an old view of something that is gone? A mailbox that never had an entry is spared the
 * question: it would cost every grant a write.
 */
function mayBeOld({ kind, status }: Resource): boolean {
  return kind === 'Organization' || (status as { entry?: unknown } | undefined)?.entry !== undefined;
}

/**
 * A write that changes nothing, and fails where the resource was changed or is gone since it was read: an entry that
 * was taken away with its resource must not come back by an old view of it.
 * @throws Conflict
 */
function expectAlive(cluster: Cluster, resource: Resource): Promise<void> {
  return cluster.writeStatus(resource, resource.status ?? {});
}

/**
 * What an error means for the resource: the one place that turns error types into behaviour.
 * @throws what is no fault of this change, and ends the pass
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof Awaited) return waiting(error.reason, error.message);
  if (error instanceof Blocked) return stalled(error.reason, error.message);
  if (error instanceof Conflict) return waiting('Conflict', `${error.message}; the next pass looks again`);
  if (error instanceof Unavailable && error.part !== 'Lease')
    return waiting(`${error.part}Unavailable`, error.message);
  if (error instanceof Invalid) return stalled('Invalid', error.message);
  // A defect that one resource brings out must not keep the others waiting.
  if (error instanceof Error && !(error instanceof Unavailable))
    return waiting('InternalError', `${error.name}: ${error.message}`);
  throw error;
}
