/** Deletions that wait for long are told as Events, whatever it is that they wait for. */
import type { Resource } from '../api/resource.ts';
import { blockedDeletion } from '../core/blocked-deletion.ts';
import type { Clock, Cluster } from '../ports.ts';

/** @param leaving resources that are being deleted, as they were read; what this pass has written of them is looked up */
export function tellBlockedDeletions(
  { cluster, clock }: { readonly cluster: Cluster; readonly clock: Clock },
  leaving: Iterable<Resource>,
): void {
  const now = clock();
  for (const { kind, metadata } of leaving) {
    const present = cluster.find(kind, metadata.namespace, metadata.name);
    if (present?.metadata.uid !== metadata.uid) continue;
    const event = blockedDeletion(present, now);
    if (event !== undefined) cluster.event(present, event);
  }
}
