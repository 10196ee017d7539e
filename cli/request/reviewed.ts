/** Whether a request may be approved as it is: what the clerk has reviewed, and people have read, is what would be carried out. Pure. */
import type { Reviewed } from '../../clerk/review/review.ts';
import type { MailboxRequest } from '../../operator/api/request.ts';

/**
 * @param all requests of the namespace
 * @param now a review of this moment; absent where it is not carried out at once
 * @returns what stands against it; undefined where nothing does
 */
export function objection(
  { metadata, status }: MailboxRequest,
  all: readonly MailboxRequest[],
  now?: Pick<Reviewed, 'results'>,
): string | undefined {
  if (status.observedGeneration !== metadata.generation)
    return 'the clerk has not reviewed it as it is written now';
  const waited = waitedFor(all);
  const busy = status.results?.find(
    ({ mailbox = '', outcome }) => outcome === 'Waiting' && waited.has(mailbox),
  );
  if (busy !== undefined)
    return `row ${busy.row} is about Mailbox ${busy.mailbox}, for which ${waited.get(busy.mailbox ?? '')} waits`;
  const before = new Map((status.results ?? []).map(({ row, outcome }) => [row, outcome]));
  // Such a row would wait for ever: the clerk looks no more for faults in what is decided.
  const refused = now?.results.find(
    ({ row, outcome }) => outcome === 'Refused' && before.get(row) !== outcome,
  );
  return refused && `row ${refused.row} is refused since the clerk reviewed it: ${refused.message}`;
}

/** Mailboxes that approved requests wait for, with the number of one: of two changes at once one would never be seen as done. */
function waitedFor(all: readonly MailboxRequest[]): ReadonlyMap<string, string> {
  const approved = all.filter(({ spec }) => spec.decision?.verdict === 'Approved');
  return new Map(
    approved.flatMap(({ metadata, status: { number = metadata.name, results = [] } }) =>
      results.flatMap(({ mailbox, outcome }) =>
        mailbox === undefined || outcome !== 'Waiting' ? [] : [[mailbox, number] as const],
      ),
    ),
  );
}
