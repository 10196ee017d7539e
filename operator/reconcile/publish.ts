/** Tells people what no resource's status can carry. */
import type { HeldArchives } from '../core/archive-retention.ts';
import type { Group } from '../core/groups.ts';
import type { Guarded } from '../core/guard.ts';
import { guardMemory } from '../core/guard-memory.ts';
import { siteReport } from '../core/orphans.ts';
import { Unavailable } from '../errors.ts';
import type { Clock, Cluster, DirectoryEntry } from '../ports.ts';

type Publishing = {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly report: { failure(what: string, error: Error): void };
};

/**
 * Writes the site's report where it differs from the one that this process wrote last.
 * @param world everything there is, own writes included
 * @param told what only a look at everything can tell; without it that stays as it was told
 * @returns whether it is as it shall be; a failure is reported, and tried again by the next pass
 */
export async function publish(
  { cluster, clock, report }: Publishing,
  world: Group,
  told?: {
    readonly orphans: readonly DirectoryEntry[];
    readonly guarded: Guarded;
    readonly archives?: HeldArchives | undefined;
  },
): Promise<boolean> {
  try {
    const guard = JSON.stringify(guardMemory({ ...world, now: clock() }));
    await cluster.publish({ ...(told && siteReport(told.orphans, told.guarded, told.archives)), guard });
    return true;
  } catch (error) {
    if (!(error instanceof Error) || (error instanceof Unavailable && error.part === 'Lease')) throw error;
    report.failure("the site's report", error);
    return false;
  }
}
