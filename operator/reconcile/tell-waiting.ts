/** What resources are told while the directory cannot be read. */
import { isDeepStrictEqual } from 'node:util';
import { isSettled, undecided } from '../core/status.ts';
import { rfc3339 } from '../core/time.ts';
import { waiting } from '../core/verdict.ts';
import { Conflict, Unavailable } from '../errors.ts';
import type { Clock, Cluster, ClusterSnapshot } from '../ports.ts';
import { inParallel } from './parallel.ts';
import type { Report } from './pass.ts';
import { tellBlockedDeletions } from './tell-blocked.ts';

export type Telling = { readonly cluster: Cluster; readonly clock: Clock; readonly report: Report };

/** Tells those that wait for something; the others need not know of every outage. */
export async function tellWaiting(
  { cluster, clock, report }: Telling,
  resources: ClusterSnapshot,
  error: Unavailable,
): Promise<void> {
  const waitingFor = [...resources.organizations, ...resources.mailboxes].filter(
    (resource) => !isSettled(resource),
  );
  const problem = waiting('LDAPUnavailable', `${error.message}; nothing is lost, it is tried again`);
  await inParallel(waitingFor, async (resource) => {
    const status = undecided(resource, problem, rfc3339(clock()));
    if (isDeepStrictEqual(status, resource.status)) return;
    try {
      await cluster.writeStatus(resource, status);
    } catch (failure) {
      if (!isOfOneResource(failure)) throw failure;
      if (failure instanceof Conflict) return;
      const { namespace, name } = resource.metadata;
      report.failure(`status of ${resource.kind} ${namespace}/${name}`, failure);
    }
  });
  tellBlockedDeletions({ cluster, clock }, waitingFor);
}

/** Others are written all the same; without the Lease nothing is. */
export function isOfOneResource(error: unknown): error is Error {
  return error instanceof Error && !(error instanceof Unavailable && error.part === 'Lease');
}
