/**
 * When a request is looked at: after a change of itself, of what it speaks of, or of the day, and once in a while whatever
 * changed; one that came to its end and was told only after a change of itself. Pure.
 */
import type { RequestStatus } from '../operator/api/request.ts';
import type { Resource } from '../operator/api/resource.ts';

/** What there is now. */
export type Moment = {
  /** Of what requests speak of; it grows with every change. */
  readonly revision: number;
  /** The date in Việt Nam: terms are counted in days. */
  readonly day: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
};

/** The last look at a request. */
export type Look = Moment & {
  /** The request as it was read: another object is another version. */
  readonly resource: Resource<'MailboxRequest'>;
  readonly status: RequestStatus;
};

/** Milliseconds after which an open request is looked at though nothing that is known of changed. */
const atLatest = 3_600_000;

/** Has it come to its end, and was everybody told, or can it not be read? Then nothing else matters to it. */
export function isOver({ status: { conditions = [] } }: Pick<Look, 'status'>): boolean {
  return conditions.some(
    ({ type, status, reason }) => type === 'Ready' && (status === 'True' || reason === 'Invalid'),
  );
}

/** @param patience milliseconds for which an undecided request waits with what is not its own change */
export function isDue(look: Look, now: Moment, patience: number): boolean {
  const past = now.at - look.at;
  if (look.day !== now.day || past >= atLatest) return true;
  if (look.revision === now.revision) return false;
  return look.status.phase !== 'Pending' || past >= patience;
}
