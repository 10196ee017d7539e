/** Tells people what no resource's status can carry. */
import type { Decision } from '../core/desired.ts';
import type { Guarded } from '../core/guard.ts';
import { siteReport } from '../core/orphans.ts';
import { Unavailable } from '../errors.ts';
import type { Cluster } from '../ports.ts';

/**
 * Writes the site's report where it differs from the one that this process wrote last.
 * @returns whether it is as it shall be; a failure is reported, and tried again by the next pass
 */
export async function publish(
  { cluster, report }: { cluster: Cluster; report: { failure(what: string, error: Error): void } },
  { orphans }: Pick<Decision, 'orphans'>,
  guarded: Guarded,
): Promise<boolean> {
  try {
    await cluster.publish(siteReport(orphans, guarded));
    return true;
  } catch (error) {
    if (!(error instanceof Error) || (error instanceof Unavailable && error.part === 'Lease')) throw error;
    report.failure("the site's report", error);
    return false;
  }
}
