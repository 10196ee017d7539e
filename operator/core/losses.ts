/** Who loses access now, and who lost it a moment ago: what the guard counts together. Pure. */
import type { Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import { attribute } from './layout.ts';
import { first } from './observed.ts';
import { isSuspendedByAnnotation } from './organizations.ts';
import type { Change, Update } from './plan.ts';
import { parseGeneralizedTime } from './time.ts';

/** Milliseconds within which losses count together, as if they had come at once. */
const together = 600_000;

/** Emergency suspensions (R42) that wait for nothing, within that time. */
const emergencies = 10;

/**
 * Accounts that lost access without anybody's approval within ten minutes of now, or of the deletion of one that shall
 * lose it now: what is held since then goes on counting with what went before it. Entries say when, so that a process
 * that has just begun counts the same.
 */
export function recentLosses(
  planned: readonly Update[],
  entries: readonly DirectoryEntry[],
  now: Date,
): readonly DirectoryEntry[] {
  if (planned.length === 0) return [];
  const isRecent = lostAround(
    timesOf(
      planned.map(({ resource }) => resource),
      now,
    ),
  );
  const counted = new Set(planned.map(({ dn }) => dn));
  return entries.filter((entry) => !counted.has(entry.dn) && isRecent(entry));
}

/** Around which losses count: now, and when each of the resources was deleted. Milliseconds since the epoch. */
export function timesOf(resources: readonly Resource[], now: Date): readonly number[] {
  const deletions = resources.flatMap(({ metadata }) => metadata.deletionTimestamp ?? []);
  // Thousands that are deleted together share a few seconds.
  return [...new Set([now.getTime(), ...deletions.map((time) => Date.parse(time))])];
}

/** Did the account lose access without anybody's approval, so near to one of these times? */
export function lostAround(times: readonly number[]): (entry: DirectoryEntry) => boolean {
  return (entry) => {
    const status = first(entry, attribute.status);
    if (status === undefined || status === 'Active' || first(entry, attribute.approvedPlan) !== undefined)
      return false;
    const since = parseGeneralizedTime(first(entry, attribute.statusSince));
    return since !== undefined && times.some((time) => Math.abs(time - since) < together);
  };
}

/** A suspension by annotation. R42 */
export function isEmergency({ action, resource }: Change): boolean {
  return action === 'suspend' && isSuspendedByAnnotation(resource.metadata);
}

/** Suspensions by annotation, as long as they are few: a stolen account waits for no approval of something else. R42 */
export function urgentLosses(
  planned: readonly Update[],
  recent: readonly DirectoryEntry[],
  mailboxes: readonly Resource[],
): ReadonlySet<Update> {
  const urgent = planned.filter(isEmergency);
  if (urgent.length === 0) return new Set();
  const annotated = new Set(
    mailboxes.filter(({ metadata }) => isSuspendedByAnnotation(metadata)).map(({ metadata }) => metadata.uid),
  );
  const before = recent.filter(
    (entry) =>
      first(entry, attribute.status) === 'Suspended' && annotated.has(first(entry, attribute.ownerUid) ?? ''),
  );
  return new Set(urgent.length + before.length <= emergencies ? urgent : []);
}
