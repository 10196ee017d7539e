/** From what was found and what has come about to the status of a request. Pure. */
import type { LetterKind, MailboxRequest, RequestStatus } from '../../operator/api/request.ts';
import type { Condition } from '../../operator/api/resource.ts';
import { workingDaysAfter } from '../../operator/core/requests/working-days.ts';
import type { Site } from '../../operator/core/site.ts';
import { dateInVietnam } from '../../operator/core/time.ts';

/** Letters that are still to go, and why one could not go. */
export type Untold = { readonly letters: readonly LetterKind[]; readonly failure?: string };

/**
 * @param request with what was found, what came about and who was told, in its status
 * @param now RFC 3339
 */
export function statusOf(site: Site, request: MailboxRequest, untold: Untold, now: string): RequestStatus {
  const { spec, metadata, status: known } = request;
  const phase = phaseOf(request);
  const settled = settledAt(request, phase, now);
  const due = settled === undefined ? undefined : dueDate(site, settled);
  const status = {
    ...known,
    observedGeneration: metadata.generation,
    phase,
    rows: spec.rows.length,
    ...(settled === undefined ? {} : { settled }),
    ...(due === undefined ? {} : { due }),
  };
  return { ...status, conditions: [...conditionsOf(request, readiness(site, request, status, untold), now)] };
}

function phaseOf({ spec, status: { results = [] } }: MailboxRequest): NonNullable<RequestStatus['phase']> {
  if (spec.decision === undefined) return 'Pending';
  if (spec.decision.verdict === 'Refused') return 'Refused';
  return results.some(({ outcome }) => outcome === 'Waiting') ? 'Approved' : 'Settled';
}

function settledAt(
  { spec, status }: MailboxRequest,
  phase: RequestStatus['phase'],
  now: string,
): string | undefined {
  if (phase === 'Refused') return spec.decision?.at;
  return phase === 'Settled' ? (status.settled ?? now) : undefined;
}

/** R22: the last day of the site's term, counted from the day on which the request was settled. */
function dueDate({ requests: { report, calendar } }: Site, settled: string): string | undefined {
  if (report.workingDays === 0) return undefined;
  return workingDaysAfter(dateInVietnam(Date.parse(settled)), report.workingDays, calendar);
}

type Readiness = Pick<Condition, 'reason' | 'message'> & {
  readonly ready: boolean;
  readonly stalled?: boolean;
};

function readiness(
  site: Site,
  { metadata, spec }: MailboxRequest,
  { phase, results = [] }: RequestStatus,
  { letters, failure }: Untold,
): Readiness {
  const { name } = metadata;
  if (phase === 'Pending')
    return {
      ready: false,
      reason: 'AwaitingDecision',
      message: `read kubectl hopthu request show ${name}, then approve or refuse it`,
    };
  if (phase === 'Approved') {
    const waiting = results.filter(({ outcome }) => outcome === 'Waiting');
    const how =
      site.requests.approval === 'Git'
        ? `kubectl hopthu request to-manifests ${name}`
        : `kubectl hopthu request approve ${name}`;
    return {
      ready: false,
      reason: 'CarryingOut',
      message: `${waiting.length} of ${results.length} rows wait (${waiting[0]?.message ?? 'for the operator'}); what carries them out: ${how}`,
    };
  }
  if (failure !== undefined)
    return { ready: false, stalled: true, reason: 'LetterNotSent', message: failure };
  if (letters.length > 0)
    return { ready: false, reason: 'Telling', message: `letters to go: ${letters.join(', ')}` };
  const refused = results.filter(({ outcome }) => outcome === 'Refused').length;
  return phase === 'Refused'
    ? { ready: true, reason: 'Refused', message: `refused by ${spec.decision?.by}, and told` }
    : {
        ready: true,
        reason: 'Settled',
        message: `${results.length - refused} of ${results.length} rows are carried out, and told`,
      };
}

/** The status of a request whose spec is none: of an older schema, or written around the API server's checks. */
export function invalidStatus(
  request: Omit<MailboxRequest, 'spec'>,
  message: string,
  now: string,
): RequestStatus {
  const why = { ready: false, stalled: true, reason: 'Invalid', message };
  return { ...request.status, conditions: [...conditionsOf(request, why, now)] };
}

/** kstatus: Ready always, the others only while they are true. */
function conditionsOf(
  { metadata, status }: Omit<MailboxRequest, 'spec'>,
  { ready, stalled = false, reason, message }: Readiness,
  now: string,
): readonly Condition[] {
  const condition = (type: Condition['type'], value: 'True' | 'False'): Condition => {
    const before = (status.conditions ?? []).find((one) => one.type === type);
    return {
      type,
      status: value,
      reason,
      message,
      observedGeneration: metadata.generation,
      lastTransitionTime: before?.status === value ? before.lastTransitionTime : now,
    };
  };
  if (ready) return [condition('Ready', 'True')];
  return [condition('Ready', 'False'), condition(stalled ? 'Stalled' : 'Reconciling', 'True')];
}
