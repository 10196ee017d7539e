/** What one pass decides, from everything that it has read. */
import { type Decision, decide } from '../core/desired.ts';
import { type Guarded, guard } from '../core/guard.ts';
import { orderedClosings } from '../core/orphans.ts';
import { type Change, planChanges } from '../core/plan.ts';
import type { Site } from '../core/site.ts';
import type { ClusterSnapshot, Directory, DirectoryEntry } from '../ports.ts';

export type Planned = {
  readonly entries: readonly DirectoryEntry[];
  readonly decision: Decision;
  readonly changes: readonly Change[];
  readonly guarded: Guarded;
};

/** @throws Unavailable when the directory could not be read as a whole */
export async function planPass(
  site: Site,
  resources: ClusterSnapshot,
  directory: Directory,
  now: Date,
): Promise<Planned> {
  const planned = planFor(site, resources, await directory.snapshot(), now);
  // Whoever came since the directory was read is not reclaimed by an old view of it (R23).
  return planned.guarded.allowed.some(({ action }) => action === 'reclaim')
    ? planFor(site, resources, await directory.snapshot(true), now)
    : planned;
}

function planFor(
  site: Site,
  resources: ClusterSnapshot,
  entries: readonly DirectoryEntry[],
  now: Date,
): Planned {
  const { organizations, mailboxes } = resources;
  const decision = decide({ site, organizations, mailboxes, entries, now });
  const closings = orderedClosings({ site, now }, decision, resources.closeOrphans ?? []);
  const changes = planChanges({ ...decision, desired: [...decision.desired, ...closings] }, now);
  return { entries, decision, changes, guarded: guard(changes, { mailboxes, entries, now }, resources) };
}
