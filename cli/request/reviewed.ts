/** Whether a request may be approved as it is: what the clerk has reviewed, and people have read, is what would be carried out. Pure. */
import type { Reviewed } from '../../clerk/review/review.ts';
import type { MailboxRequest } from '../../operator/api/request.ts';

/**
 * @param now a review of this moment; absent where it is not carried out at once
 * @returns what stands against it; undefined where nothing does
 */
export function objection(
  { metadata, status }: MailboxRequest,
  now?: Pick<Reviewed, 'results'>,
): string | undefined {
  if (status.observedGeneration !== metadata.generation)
    return 'the clerk has not reviewed it as it is written now';
  const before = new Map((status.results ?? []).map(({ row, outcome }) => [row, outcome]));
  // Such a row would wait for ever: the clerk looks no more for faults in what is decided.
  const refused = now?.results.find(
    ({ row, outcome }) => outcome === 'Refused' && before.get(row) !== outcome,
  );
  return refused && `row ${refused.row} is refused since the clerk reviewed it: ${refused.message}`;
}
