/** `hopthu request list`. */
import type { MailboxRequest } from '../../operator/api/request.ts';
import { dateInVietnam } from '../../operator/core/time.ts';
import { printData, printTable } from '../print.ts';
import { listRequests, placeOf, type RequestOptions } from './read.ts';

const urgency = ['Pending', 'Approved', undefined, 'Settled', 'Refused'];

export async function list(options: RequestOptions & { readonly output?: string }): Promise<void> {
  const requests = (await listRequests(placeOf(options))).toSorted(byUrgency);
  if (options.output !== undefined) {
    console.log(
      printData(
        requests.map(({ metadata: { name }, spec, status }) => ({ name, spec, status })),
        options.output,
      ),
    );
    return;
  }
  if (requests.length === 0) console.log('no requests');
  else console.log(printTable([titles, ...requests.map(rowOf)]));
}

const titles = ['NUMBER', 'NAME', 'SOURCE', 'ORGANIZATION', 'RECEIVED', 'ROWS', 'FAULTS', 'PHASE', 'DUE'];

function rowOf({ metadata, spec, status }: MailboxRequest): readonly string[] {
  const faults = (status.findings ?? []).filter(({ refuses }) => refuses).length;
  return [
    status.number ?? '',
    metadata.name,
    spec.source,
    spec.requester.organizationRef.name,
    dateInVietnam(Date.parse(spec.received)),
    String(spec.rows.length),
    faults === 0 ? '' : String(faults),
    status.phase ?? '',
    status.due ?? '',
  ];
}

/** Those that wait first, of each kind in the order in which they came. */
function byUrgency(a: MailboxRequest, b: MailboxRequest): number {
  return (
    urgency.indexOf(a.status.phase) - urgency.indexOf(b.status.phase) ||
    a.spec.received.localeCompare(b.spec.received)
  );
}
