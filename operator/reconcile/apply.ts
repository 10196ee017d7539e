/** Carries a plan out, change by change; one that fails does not stop the others. */
import { finalizer } from '../api/resource.ts';
import { formatChange } from '../core/format.ts';
import type { Change, Create } from '../core/plan.ts';
import { type Problem, stalled, waiting } from '../core/verdict.ts';
import { generatePassword } from '../credentials/password.ts';
import { hashPassword } from '../credentials/ssha512.ts';
import { Blocked, Conflict, Unavailable } from '../errors.ts';
import type { Cluster, Directory } from '../ports.ts';
import { inParallel } from './parallel.ts';

export type Applied = { readonly change: Change; readonly problem?: Problem };

/** Where changes go, and how the passwords of new accounts are made. */
export type Targets = { readonly cluster: Cluster; readonly directory: Directory };

/** Applies the changes, a few at a time. */
export async function applyChanges(
  targets: Targets,
  changes: readonly Change[],
): Promise<readonly Applied[]> {
  const applied: Applied[] = [];
  await inParallel(changes, async (change) => {
    applied.push(await applyOne(targets, change));
  });
  return applied;
}

async function applyOne(targets: Targets, change: Change): Promise<Applied> {
  const { cluster, directory } = targets;
  try {
    if (change.action === 'create') await create(targets, change);
    else if (change.action === 'remove') await directory.remove(change.dn, change.ownerUid);
    else await directory.modify(change.dn, change.ownerUid, change.replacements);
    cluster.event(change.resource, {
      type: 'Normal',
      reason: reasons[change.action],
      action: 'Apply',
      message: formatChange(change),
    });
    return { change };
  } catch (error) {
    const problem = problemOf(error);
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
  resume: 'Resumed',
  close: 'Closed',
  remove: 'Removed',
};

/**
 * The finalizer before the entry, the Secret before the entry: whenever this dies, the next pass finishes it with the
 * same password, and no account exists that its resource's deletion would not close.
 */
async function create({ cluster, directory }: Targets, change: Create): Promise<void> {
  const { resource, dn, attributes } = change;
  if (!resource.metadata.finalizers.includes(finalizer)) await cluster.addFinalizer(resource);
  const address = attributes['mail']?.[0];
  if (resource.kind === 'Organization' || address === undefined) return directory.add(dn, attributes);
  const password = await cluster.keepInitialPassword(resource, address, generatePassword());
  // R25: the first login must change it. slapd does not arm this by itself when an entry is added.
  return directory.add(dn, { ...attributes, userPassword: [hashPassword(password)], pwdReset: ['TRUE'] });
}

/**
 * What an error means for the resource: the one place that turns error types into behaviour.
 * @throws what is no fault of this change, and ends the pass
 */
function problemOf(error: unknown): Problem {
  if (error instanceof Blocked) return stalled(error.reason, error.message);
  if (error instanceof Conflict) return waiting('Conflict', `${error.message}; the next pass looks again`);
  if (error instanceof Unavailable && error.part !== 'Lease')
    return waiting(`${error.part}Unavailable`, error.message);
  throw error;
}
