/** What becomes of one resource after its change: finalizer, former Secret and status, each written only where it differs. */
import { isDeepStrictEqual } from 'node:util';
import type { MailboxStatus } from '../api/mailbox.ts';
import { annotation, finalizer, type Resource } from '../api/resource.ts';
import type { Desired } from '../core/desired.ts';
import { attribute } from '../core/layout.ts';
import { accountOf, first } from '../core/observed.ts';
import { isSettled, type Outcome, settle, type Verdict } from '../core/status.ts';
import { rfc3339 } from '../core/time.ts';
import type { Clock, Cluster } from '../ports.ts';
import type { UsageSweep } from './usage-sweep.ts';

/** Used bytes by account. */
export type Usage = Pick<UsageSweep, 'known' | 'offer'>;

export type Settling = { readonly cluster: Cluster; readonly clock: Clock; readonly usage?: Usage };

/**
 * @param letGo whether a resource may go whose deletion was rejected
 * @returns whether the resource was let go, or its status written. @throws Conflict, Unavailable
 */
export async function settleOne(
  settling: Settling,
  desired: Desired,
  outcome: Outcome,
  letGo: boolean,
): Promise<'nothing' | 'status' | 'release'> {
  const { cluster } = settling;
  const { resource, entry } = desired;
  const { status, releaseFinalizer } = verdictOn(settling, desired, outcome);
  if (outcome.kind !== 'done' && hasLostFinalizer(desired)) await cluster.addFinalizer(resource);
  const mayGo = releaseFinalizer && (letGo || outcome.kind !== 'rejected');
  if (mayGo && resource.metadata.finalizers.includes(finalizer)) {
    await cluster.removeFinalizer(resource);
    return 'release';
  }
  if (isDeepStrictEqual(status, resource.status)) return 'nothing';
  if (entry !== undefined) await removeFormerSecret(cluster, resource, status);
  await cluster.writeStatus(resource, status);
  return 'status';
}

/** Would `settleOne` write nothing? */
export function isAsItShallBe(settling: Settling, desired: Desired, outcome: Outcome): boolean {
  const { resource } = desired;
  if (hasLostFinalizer(desired)) return false;
  const { status, releaseFinalizer } = verdictOn(settling, desired, outcome);
  if (releaseFinalizer && resource.metadata.finalizers.includes(finalizer)) return false;
  return isDeepStrictEqual(status, resource.status);
}

/** Without a change: settled, or paused before anything could be decided. */
export function idleOutcome({ resource, entry }: Desired, sitePaused: boolean): Outcome {
  const paused = sitePaused || resource.metadata.annotations[annotation.paused] === 'true';
  return paused && entry === undefined ? { kind: 'paused' } : { kind: 'none' };
}

/** Is it one to be told whether its sessions were ended? Settled ones are not told of every outage. */
export function hearsOfSessions({ resource, entry }: Desired): boolean {
  if (entry === undefined || resource.kind !== 'Mailbox') return false;
  const narrowed = first(entry, attribute.endSessions) === 'TRUE';
  return narrowed || (first(entry, attribute.status) !== 'Active' && !isSettled(resource));
}

function verdictOn({ clock, usage }: Settling, desired: Desired, outcome: Outcome): Verdict {
  return settle(desired, outcome, rfc3339(clock()), usedBy(desired, usage));
}

/** Bytes, where they are known. */
export function usedBy({ entry }: Desired, usage?: Usage): number | undefined {
  return entry === undefined ? undefined : usage?.known.get(accountOf(entry));
}

/** Before the status forgets its name: a pass that dies here finds it in the status still. */
async function removeFormerSecret(
  cluster: Cluster,
  resource: Resource,
  status: MailboxStatus,
): Promise<void> {
  const { passwordSecret } = (resource.status ?? {}) as MailboxStatus;
  if (passwordSecret !== undefined && passwordSecret !== status.passwordSecret)
    await cluster.removeFirstPassword(resource, passwordSecret);
}

/** Somebody's apply took it out: without it the resource's deletion would leave the account open. */
function hasLostFinalizer({ resource: { metadata }, entry }: Desired): boolean {
  return (
    entry !== undefined &&
    metadata.deletionTimestamp === undefined &&
    !metadata.finalizers.includes(finalizer)
  );
}
